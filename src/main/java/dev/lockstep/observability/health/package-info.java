/** The readiness and liveness checks, one for each cause. */
package dev.lockstep.observability.health;
