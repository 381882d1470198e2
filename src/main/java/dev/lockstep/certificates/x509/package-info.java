/** Reading and writing of certificates and keys. */
@NullMarked
package dev.lockstep.certificates.x509;

import org.jspecify.annotations.NullMarked;
