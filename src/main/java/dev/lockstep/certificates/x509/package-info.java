/** Reading and writing of certificates and keys. */
package dev.lockstep.certificates.x509;
