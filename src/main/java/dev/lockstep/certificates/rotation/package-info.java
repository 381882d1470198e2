/** Certificates that Lockstep makes itself: what is due, and doing it. */
@NullMarked
package dev.lockstep.certificates.rotation;

import org.jspecify.annotations.NullMarked;
