/** Queues, back-off and repeated work of the controllers. */
@NullMarked
package dev.lockstep.controller.queue;

import org.jspecify.annotations.NullMarked;
