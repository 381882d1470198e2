/** Calls to the API server, and what becomes of their answers. */
@NullMarked
package dev.lockstep.kubernetes.client;

import org.jspecify.annotations.NullMarked;
