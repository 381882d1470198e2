package dev.lockstep.certificates.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.certificates.rotation.MadeCertificate;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is served of two files, while somebody replaces them. */
class CertificateFileSourceTest {
  private static final MadeCertificate ONE = MadeCertificate.make();
  private static final MadeCertificate OTHER = MadeCertificate.make();

  private final Vertx vertx = Vertx.vertx();
  private final ServingCertificate served = new ServingCertificate();
  @TempDir private Path folder;
  private CertificateFileSource source;

  @BeforeEach
  void open() {
    source = new CertificateFileSource(certificate(), key(), vertx, served);
  }

  @AfterEach
  void stop() {
    vertx.close();
  }

  private Path certificate() {
    return folder.resolve("tls.crt");
  }

  private Path key() {
    return folder.resolve("tls.key");
  }

  private void write(MadeCertificate made) throws IOException {
    Files.writeString(certificate(), made.leafPem());
    Files.writeString(key(), made.keyPem());
  }

  @Test
  void theFilesAreServedAndAnewWhenTheyChange() throws IOException {
    write(ONE);
    source.look();
    assertThat(served.chain()).containsExactly(ONE.leaf());
    assertThat(served.end()).contains(ONE.leaf().getNotAfter().toInstant());

    write(OTHER);
    source.look();
    assertThat(served.chain()).containsExactly(OTHER.leaf());
  }

  @Test
  void whatHasNotChangedIsLeftAsItIs() throws IOException {
    write(ONE);
    source.look();
    List<X509Certificate> chain = served.chain();
    write(ONE);
    source.look();
    assertThat(served.chain()).isSameAs(chain);
  }

  @Test
  void theKeyOfAnotherCertificateIsNotServed() throws IOException {
    write(ONE);
    source.look();
    Files.writeString(certificate(), OTHER.leafPem());
    assertThatThrownBy(source::look)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("can't be used: the key is not the certificate's");
    assertThat(served.chain()).containsExactly(ONE.leaf());

    Files.writeString(key(), OTHER.keyPem());
    source.look();
    assertThat(served.chain()).containsExactly(OTHER.leaf());
  }

  @Test
  void aFileThatIsNotThereIsSaidToBeSo() throws IOException {
    write(ONE);
    Files.delete(key());
    assertThatThrownBy(source::look)
        .hasMessage(
            "the certificate in %s with its key in %s can't be used: it is not there",
            certificate(), key());
    assertThat(served.chain()).isEmpty();
  }

  @Test
  void aFileThatIsNoCertificateIsRefusedWithoutItsText() throws IOException {
    Files.writeString(certificate(), ONE.keyPem());
    Files.writeString(key(), ONE.keyPem());
    String text = ONE.keyPem().lines().skip(1).findFirst().orElseThrow();
    assertThatThrownBy(source::look)
        .isInstanceOf(IllegalStateException.class)
        .hasStackTraceContaining("can't be used")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(text));
  }
}
