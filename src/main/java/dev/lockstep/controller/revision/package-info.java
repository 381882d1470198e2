/**
 * Revisions of workloads: which are current, what bare names meant in them, what was in between.
 */
@NullMarked
package dev.lockstep.controller.revision;

import org.jspecify.annotations.NullMarked;
