package dev.lockstep.certificates.x509;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Certificates and keys as PEM. Keys are written as PKCS#8, and read in the older forms of openssl,
 * too. What stands between the blocks is ignored.
 */
public final class Pem {
  private static final String CERTIFICATE = "CERTIFICATE";

  private Pem() {}

  public static String certificates(Collection<X509Certificate> certificates) {
    return write(certificates);
  }

  public static String key(PrivateKey key) {
    try {
      return write(List.of(new JcaPKCS8Generator(key, null)));
    } catch (IOException e) {
      throw unreadableKey();
    }
  }

  private static String write(Collection<?> objects) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      for (Object object : objects) {
        if (object instanceof PemObjectGenerator generator) {
          pem.writeObject(generator);
        } else {
          pem.writeObject(object);
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("what is to be written as PEM has no such form", e);
    }
    return text.toString();
  }

  /**
   * @throws IllegalArgumentException if one of them is no certificate
   */
  public static List<X509Certificate> certificates(String pem) {
    List<X509Certificate> certificates = new ArrayList<>();
    try (PemReader reader = new PemReader(new StringReader(pem))) {
      for (PemObject next = reader.readPemObject(); next != null; next = reader.readPemObject()) {
        // As API servers do, others are passed over.
        if (next.getType().equals(CERTIFICATE)) {
          certificates.add(
              new JcaX509CertificateConverter()
                  .getCertificate(new X509CertificateHolder(next.getContent())));
        }
      }
      return certificates;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException("a certificate can't be read", e);
    }
  }

  /**
   * @throws IllegalArgumentException if one of them is no key
   */
  public static List<PrivateKey> keys(String pem) {
    List<PrivateKey> keys = new ArrayList<>();
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
        if (next instanceof PEMKeyPair pair) {
          keys.add(converter.getPrivateKey(pair.getPrivateKeyInfo()));
        } else if (next instanceof PrivateKeyInfo key) {
          keys.add(converter.getPrivateKey(key));
        }
      }
      return keys;
    } catch (IOException | RuntimeException e) {
      throw unreadableKey();
    }
  }

  /** Without a cause: nothing of a key is ever logged. */
  private static IllegalArgumentException unreadableKey() {
    return new IllegalArgumentException("a key can't be read");
  }
}
