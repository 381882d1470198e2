package dev.lockstep.tls;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Signature;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jboss.logging.Logger;

/**
 * Certificate and key in two PEM files, which are served anew when they change. Quarkus can read
 * them again by itself, but exchanges the server's TLS context for it, and a connection that comes
 * in just then is closed.
 */
public final class CertificateFiles {
  private static final Logger LOG = Logger.getLogger(CertificateFiles.class);

  /** By the type of key, as key managers call it. */
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

  private record Pem(byte[] certificate, byte[] key) {
    boolean sameAs(Pem other) {
      return Arrays.equals(certificate, other.certificate) && Arrays.equals(key, other.key);
    }

    PemKeyCertOptions options() {
      return new PemKeyCertOptions()
          .addCertValue(Buffer.buffer(certificate))
          .addKeyValue(Buffer.buffer(key));
    }
  }

  private final Path certificate;
  private final Path key;
  private final Vertx vertx;
  private final RenewedKeyManager keys;
  private Pem served;

  /**
   * @throws IllegalStateException if there is no certificate to begin with
   */
  public CertificateFiles(Path certificate, Path key, Vertx vertx) {
    this.certificate = certificate;
    this.key = key;
    this.vertx = vertx;
    try {
      served = read();
      keys = new RenewedKeyManager(manager(served));
    } catch (Exception e) {
      throw new IllegalStateException(
          "no certificate in " + certificate + " with its key in " + key + ": " + e.getMessage(),
          e);
    }
  }

  /** What the server is to be given. */
  public KeyCertOptions options() {
    return KeyCertOptions.wrap(keys);
  }

  public KeyStore keyStore() {
    try {
      return served.options().loadKeyStore(vertx);
    } catch (Exception e) {
      throw new IllegalStateException("the certificate in " + certificate + " can't be used", e);
    }
  }

  /** To be called every so often. While the files are being replaced, the one before is served. */
  public void look() {
    try {
      Pem there = read();
      if (!there.sameAs(served)) {
        keys.renew(manager(there));
        served = there;
        LOG.info("the certificate has been renewed");
      }
    } catch (Exception e) {
      LOG.warnf(
          "the certificate in %s can't be used (%s); the one before is served",
          certificate, e.getMessage());
    }
  }

  private Pem read() throws IOException {
    return new Pem(Files.readAllBytes(certificate), Files.readAllBytes(key));
  }

  private X509KeyManager manager(Pem pem) throws Exception {
    for (KeyManager manager : pem.options().getKeyManagerFactory(vertx).getKeyManagers()) {
      if (manager instanceof X509KeyManager x509 && isPair(x509)) {
        return x509;
      }
    }
    throw new IllegalStateException("the key is not the certificate's");
  }

  /** One of the two files may be the old one still. */
  private static boolean isPair(X509KeyManager keys) throws GeneralSecurityException {
    for (var type : SIGNATURES.entrySet()) {
      String[] aliases = keys.getServerAliases(type.getKey(), null);
      if (aliases != null && aliases.length > 0) {
        Signature signature = Signature.getInstance(type.getValue());
        signature.initSign(keys.getPrivateKey(aliases[0]));
        byte[] signed = signature.sign();
        signature.initVerify(keys.getCertificateChain(aliases[0])[0]);
        return signature.verify(signed);
      }
    }
    return false;
  }
}
