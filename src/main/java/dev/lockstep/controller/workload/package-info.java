/** Binds workloads again when their heads have changed. */
package dev.lockstep.controller.workload;
