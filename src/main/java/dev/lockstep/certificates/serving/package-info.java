/** What TLS handshakes are answered with, and which callers are let in. */
@NullMarked
package dev.lockstep.certificates.serving;

import org.jspecify.annotations.NullMarked;
