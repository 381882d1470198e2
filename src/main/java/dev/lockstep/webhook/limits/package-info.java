/** Bounds for the memory that reviews take. */
package dev.lockstep.webhook.limits;
