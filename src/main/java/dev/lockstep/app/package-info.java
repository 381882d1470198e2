/** Settings, threads, and the parts of the server put together. */
package dev.lockstep.app;
