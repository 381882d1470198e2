/** Certificates that Lockstep makes itself: what is due, and doing it. */
package dev.lockstep.certificates.rotation;
