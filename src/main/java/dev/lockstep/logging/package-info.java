/** What log lines are about. */
@NullMarked
package dev.lockstep.logging;

import org.jspecify.annotations.NullMarked;
