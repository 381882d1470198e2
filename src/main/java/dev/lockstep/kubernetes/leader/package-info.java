/** The election of the replica that leads. */
@NullMarked
package dev.lockstep.kubernetes.leader;

import org.jspecify.annotations.NullMarked;
