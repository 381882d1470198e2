/** All metrics, and the only package that knows Micrometer. */
@NullMarked
package dev.lockstep.observability.metrics;

import org.jspecify.annotations.NullMarked;
