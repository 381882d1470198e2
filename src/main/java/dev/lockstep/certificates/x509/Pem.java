package dev.lockstep.certificates.x509;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Certificates and our own keys (EC, PKCS#8) as PEM. What stands between the blocks is ignored. */
public final class Pem {
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "PRIVATE KEY";
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Pem() {}

  public static String certificates(Collection<X509Certificate> certificates) {
    return certificates.stream().map(Pem::certificate).collect(Collectors.joining());
  }

  private static String certificate(X509Certificate certificate) {
    try {
      return block(CERTIFICATE, certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a certificate can't be written", e);
    }
  }

  public static String key(PrivateKey key) {
    return block(KEY, key.getEncoded());
  }

  private static String block(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + LINES.encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }

  /**
   * @throws IllegalArgumentException if one of them is no certificate
   */
  public static List<X509Certificate> certificates(String pem) {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<X509Certificate> certificates = new ArrayList<>();
      for (byte[] der : blocks(CERTIFICATE, pem)) {
        certificates.add(
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
      }
      return certificates;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a certificate can't be read", e);
    }
  }

  /**
   * @throws IllegalArgumentException if one of them is no EC key
   */
  public static List<PrivateKey> keys(String pem) {
    try {
      KeyFactory factory = KeyFactory.getInstance("EC");
      List<PrivateKey> keys = new ArrayList<>();
      for (byte[] der : blocks(KEY, pem)) {
        keys.add(factory.generatePrivate(new PKCS8EncodedKeySpec(der)));
      }
      return keys;
    } catch (GeneralSecurityException e) {
      // Without the cause: nothing of a key is ever told.
      throw new IllegalArgumentException("a key can't be read");
    }
  }

  private static List<byte[]> blocks(String type, String pem) {
    Matcher block =
        Pattern.compile("-----BEGIN " + type + "-----([^-]*)-----END " + type + "-----")
            .matcher(pem);
    List<byte[]> blocks = new ArrayList<>();
    while (block.find()) {
      blocks.add(Base64.getMimeDecoder().decode(block.group(1)));
    }
    return blocks;
  }
}
