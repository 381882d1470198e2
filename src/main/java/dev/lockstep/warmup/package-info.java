/** The requests that the server sends to itself before it is ready. */
package dev.lockstep.warmup;
