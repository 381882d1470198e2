package dev.lockstep.tls;

import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Serves a renewed certificate without a restart. Quarkus can read the files again by itself, but
 * does so whether or not they changed, and a connection that comes in just then is closed.
 */
public final class CertificateFiles {
  private static final Logger LOG = Logger.getLogger(CertificateFiles.class);
  private static final String CONFIGURATION = "webhook";

  private final List<Path> files;
  private final TlsConfigurationRegistry registry;
  private final Consumer<CertificateUpdatedEvent> updated;
  private byte[] served;

  /**
   * @param files certificate and key, as they are served now
   * @param updated tells the HTTP server
   */
  public CertificateFiles(
      List<Path> files,
      TlsConfigurationRegistry registry,
      Consumer<CertificateUpdatedEvent> updated) {
    this.files = List.copyOf(files);
    this.registry = registry;
    this.updated = updated;
    this.served = read();
  }

  /** To be called every so often. */
  public void look() {
    byte[] there = read();
    if (there.length == 0 || Arrays.equals(there, served)) {
      return;
    }
    TlsConfiguration configuration = registry.get(CONFIGURATION).orElseThrow();
    if (configuration.reload()) {
      updated.accept(new CertificateUpdatedEvent(CONFIGURATION, configuration));
      served = there;
      LOG.info("the certificate has been renewed");
    } else {
      LOG.warnf("the certificate in %s can't be used; the one before is served", files.get(0));
    }
  }

  /** Nothing while a file is missing: they are being replaced. */
  private byte[] read() {
    try {
      byte[] all = new byte[0];
      for (Path file : files) {
        byte[] one = Files.readAllBytes(file);
        int length = all.length;
        all = Arrays.copyOf(all, length + one.length);
        System.arraycopy(one, 0, all, length, one.length);
      }
      return all;
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
