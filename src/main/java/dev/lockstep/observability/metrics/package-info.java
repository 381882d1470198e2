/** All metrics, and the only package that knows Micrometer. */
package dev.lockstep.observability.metrics;
