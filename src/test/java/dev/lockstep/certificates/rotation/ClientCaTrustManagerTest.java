package dev.lockstep.certificates.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.certificates.serving.ClientCaTrustManager;
import dev.lockstep.certificates.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which callers are let in. */
class ClientCaTrustManagerTest {
  private final CertificateIssuer issuer = new CertificateIssuer();
  private final Authority ca = issuer.authority(Instant.now(), Duration.ofDays(1));
  private final Authority other = issuer.authority(Instant.now(), Duration.ofDays(1));
  @TempDir private Path folder;

  private Path file(Authority authority) throws IOException {
    Path file = folder.resolve("ca.crt");
    Files.writeString(file, Pem.certificates(List.of(authority.certificate())));
    return file;
  }

  /** CAs are their own callers here: whoever they have signed needs no other. */
  private static X509Certificate[] chain(Authority authority) {
    return new X509Certificate[] {authority.certificate()};
  }

  private static String name(Authority authority) {
    return authority.certificate().getSubjectX500Principal().getName().replace("CN=", "");
  }

  @Test
  void aCallerOfTheCaIsLetIn() throws IOException {
    ClientCaTrustManager trust = new ClientCaTrustManager(file(ca), Set.of());
    assertThatCode(() -> trust.checkClientTrusted(chain(ca), "EC")).doesNotThrowAnyException();
    assertThat(trust.getAcceptedIssuers()).containsExactly(ca.certificate());
  }

  @Test
  void aCallerOfAnotherCaIsNot() throws IOException {
    ClientCaTrustManager trust = new ClientCaTrustManager(file(ca), Set.of());
    assertThatThrownBy(() -> trust.checkClientTrusted(chain(other), "EC"))
        .isInstanceOf(CertificateException.class);
  }

  @Test
  void aCallerNeedsOneOfTheNamesThatAreAllowed() throws IOException {
    ClientCaTrustManager allowing = new ClientCaTrustManager(file(ca), Set.of("a", name(ca)));
    assertThatCode(() -> allowing.checkClientTrusted(chain(ca), "EC")).doesNotThrowAnyException();

    ClientCaTrustManager refusing = new ClientCaTrustManager(file(ca), Set.of("a"));
    assertThatThrownBy(() -> refusing.checkClientTrusted(chain(ca), "EC"))
        .hasMessage("not an allowed name");
  }

  @Test
  void theFileIsReadAgainWhenItChangesAndABrokenOneIsNotTaken() throws IOException {
    Path file = file(ca);
    ClientCaTrustManager trust = new ClientCaTrustManager(file, Set.of());

    Files.writeString(file, "broken");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
    assertThat(trust.getAcceptedIssuers()).containsExactly(ca.certificate());

    file(other);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(20)));
    assertThat(trust.getAcceptedIssuers()).containsExactly(other.certificate());
  }

  @Test
  void withoutACaThereIsNoServer() {
    assertThatThrownBy(() -> new ClientCaTrustManager(folder.resolve("none"), Set.of()))
        .hasMessageStartingWith("no CA of callers in ");
  }

  @Test
  void serversAreNeverTrusted() throws IOException {
    ClientCaTrustManager trust = new ClientCaTrustManager(file(ca), Set.of());
    assertThatThrownBy(() -> trust.checkServerTrusted(chain(ca), "EC"))
        .isInstanceOf(CertificateException.class);
  }
}
