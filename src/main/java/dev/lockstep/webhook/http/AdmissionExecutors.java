package dev.lockstep.webhook.http;

import java.util.concurrent.Executor;

/**
 * What reviews heads, and what reviews workloads: these may wait for the admission of a head, which
 * is ours as well, so they must not have the same threads.
 */
public record AdmissionExecutors(Executor ofHeads, Executor ofWorkloads) {}
