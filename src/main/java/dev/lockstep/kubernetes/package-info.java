/** The only package that knows the Kubernetes client: calls, watches, leader election. */
package dev.lockstep.kubernetes;
