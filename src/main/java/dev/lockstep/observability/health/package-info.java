/** The readiness and liveness checks, one for each cause. */
@NullMarked
package dev.lockstep.observability.health;

import org.jspecify.annotations.NullMarked;
