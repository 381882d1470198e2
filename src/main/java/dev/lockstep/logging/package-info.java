/** What log lines are about. */
package dev.lockstep.logging;
