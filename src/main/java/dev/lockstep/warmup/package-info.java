/** The requests that the server sends to itself before it is ready. */
@NullMarked
package dev.lockstep.warmup;

import org.jspecify.annotations.NullMarked;
