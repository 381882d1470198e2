package dev.lockstep.certificates.x509;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Set;

/** Whether what is read from two places belongs together. */
public final class KeyMatching {
  /** By the algorithm of a key. */
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

  /** As key managers call them. */
  public static final Set<String> KEY_TYPES = SIGNATURES.keySet();

  private KeyMatching() {}

  /** Whether this is the key of that certificate. */
  public static boolean isPair(X509Certificate certificate, PrivateKey key) {
    try {
      Signature signature =
          Signature.getInstance(SIGNATURES.getOrDefault(key.getAlgorithm(), key.getAlgorithm()));
      signature.initSign(key);
      byte[] signed = signature.sign();
      // Not the certificate itself: a CA's says that its key is for certificates alone.
      signature.initVerify(certificate.getPublicKey());
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Whether the one was signed with the other's key. */
  public static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
