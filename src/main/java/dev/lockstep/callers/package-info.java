/** Who may call the webhooks: whoever knows the path that only webhook configurations hold. */
package dev.lockstep.callers;
