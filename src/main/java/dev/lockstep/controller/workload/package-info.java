/** Binds workloads again when their heads have changed. */
@NullMarked
package dev.lockstep.controller.workload;

import org.jspecify.annotations.NullMarked;
