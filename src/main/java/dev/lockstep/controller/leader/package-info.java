/** What the leader runs, from its election until it stops leading. */
@NullMarked
package dev.lockstep.controller.leader;

import org.jspecify.annotations.NullMarked;
