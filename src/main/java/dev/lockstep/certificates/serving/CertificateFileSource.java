package dev.lockstep.certificates.serving;

import dev.lockstep.certificates.x509.KeyMatching;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jboss.logging.Logger;

/**
 * Certificate and key in two PEM files, which are served anew when they change. Quarkus can read
 * them again by itself, but exchanges the server's TLS context for it, and a connection that comes
 * in just then is closed.
 */
public final class CertificateFileSource {
  private static final Logger LOG = Logger.getLogger(CertificateFileSource.class);

  private record Contents(byte[] certificate, byte[] key) {
    boolean sameAs(Contents other) {
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
  private final ServingCertificate served;
  private Contents last;

  public CertificateFileSource(Path certificate, Path key, Vertx vertx, ServingCertificate served) {
    this.certificate = certificate;
    this.key = key;
    this.vertx = vertx;
    this.served = served;
  }

  /**
   * To be called every so often. While the files are being replaced, the one before is served.
   *
   * @throws IllegalStateException if they can't be used
   */
  public synchronized void look() {
    try {
      Contents there = read();
      if (last == null || !there.sameAs(last)) {
        serve(there);
        LOG.info(last == null ? "the certificate is served" : "the certificate has been renewed");
        last = there;
      }
    } catch (Exception e) {
      throw new IllegalStateException(
          "the certificate in %s with its key in %s can't be used: %s"
              .formatted(certificate, key, reason(e)),
          e);
    }
  }

  private static String reason(Exception e) {
    return e instanceof NoSuchFileException ? "it is not there" : e.getMessage();
  }

  private Contents read() throws IOException {
    return new Contents(Files.readAllBytes(certificate), Files.readAllBytes(key));
  }

  private void serve(Contents pem) throws Exception {
    for (KeyManager manager : pem.options().getKeyManagerFactory(vertx).getKeyManagers()) {
      if (manager instanceof X509KeyManager keys) {
        for (String type : KeyMatching.KEY_TYPES) {
          String[] aliases = keys.getServerAliases(type, null);
          if (aliases != null && aliases.length > 0) {
            serve(keys, aliases[0]);
            return;
          }
        }
      }
    }
    throw new IllegalStateException("it is of no kind that is known");
  }

  /** One of the two files may be the old one still. */
  private void serve(X509KeyManager keys, String alias) {
    List<X509Certificate> chain = List.of(keys.getCertificateChain(alias));
    if (!KeyMatching.isPair(chain.get(0), keys.getPrivateKey(alias))) {
      throw new IllegalStateException("the key is not the certificate's");
    }
    served.serve(keys, chain);
  }
}
