/** Who may call the webhooks: whoever knows the path that only webhook configurations hold. */
@NullMarked
package dev.lockstep.callers;

import org.jspecify.annotations.NullMarked;
