/** Deletes versions that nobody needs any more. */
package dev.lockstep.controller.retention;
