/** The only package that knows the Kubernetes client: calls, watches, leader election. */
@NullMarked
package dev.lockstep.kubernetes;

import org.jspecify.annotations.NullMarked;
