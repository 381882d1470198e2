/** Settings, threads, and the parts of the server put together. */
@NullMarked
package dev.lockstep.app;

import org.jspecify.annotations.NullMarked;
