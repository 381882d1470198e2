/** Bounds for the memory that reviews take. */
@NullMarked
package dev.lockstep.webhook.limits;

import org.jspecify.annotations.NullMarked;
