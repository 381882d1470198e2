/** Queues, back-off and repeated work of the controllers. */
package dev.lockstep.controller.queue;
