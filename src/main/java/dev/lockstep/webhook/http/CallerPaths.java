package dev.lockstep.webhook.http;

import dev.lockstep.callers.LookOnDemand;
import dev.lockstep.callers.ServedPaths;

/**
 * Where callers find the webhooks.
 *
 * @param unknown asked about what may have become a path since the last look
 * @param shown told when a call by a path got no answer: API servers tell the path then
 */
public record CallerPaths(ServedPaths served, LookOnDemand unknown, Runnable shown) {}
