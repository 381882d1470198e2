/** Deletes versions that nobody needs any more. */
@NullMarked
package dev.lockstep.controller.retention;

import org.jspecify.annotations.NullMarked;
