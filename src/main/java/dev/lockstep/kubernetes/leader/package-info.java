/** The election of the replica that leads. */
package dev.lockstep.kubernetes.leader;
