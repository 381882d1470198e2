/** What TLS handshakes are answered with, and which callers are let in. */
package dev.lockstep.certificates.serving;
