package dev.lockstep.certificates.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.certificates.x509.Pem;
import dev.lockstep.certificates.x509.PemTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of PEM, and what is written. */
class PemTest {
  private static final CertificateIssuer ISSUER = new CertificateIssuer();

  private final Authority one = ISSUER.authority(Instant.now(), Duration.ofDays(1));
  private final Authority other = ISSUER.authority(Instant.now(), Duration.ofDays(1));

  @Test
  void certificatesAreReadAsTheyWereWrittenAndWhatStandsBetweenIsIgnored() {
    List<X509Certificate> both = List.of(one.certificate(), other.certificate());
    String pem = Pem.certificates(both);

    assertThat(pem).startsWith("-----BEGIN CERTIFICATE-----\n").endsWith("-----\n");
    assertThat(
            Pem.certificates(
                "a comment\n"
                    + pem.replace("END CERTIFICATE-----\n", "END CERTIFICATE-----\nmore\n")))
        .isEqualTo(both);
    assertThat(Pem.certificates("")).isEmpty();
  }

  @Test
  void blocksOfOtherKindsArePassedOver() {
    String parameters = "-----BEGIN X PARAMETERS-----\nAAAA\n-----END X PARAMETERS-----\n";
    assertThat(Pem.certificates(parameters + Pem.certificates(List.of(one.certificate()))))
        .containsExactly(one.certificate());
  }

  @Test
  void whatIsNoCertificateIsRefused() {
    assertThatThrownBy(
            () ->
                Pem.certificates("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keysAreWrittenAsPkcs8AndReadBack() {
    PrivateKey key = one.key().orElseThrow();
    assertThat(Pem.key(key)).startsWith("-----BEGIN PRIVATE KEY-----\n");
    assertThat(Pem.keys(Pem.key(key) + Pem.key(other.key().orElseThrow())))
        .containsExactly(key, other.key().orElseThrow());
  }

  @Test
  void rsaKeysAreReadToo() throws GeneralSecurityException {
    PrivateKey rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate();
    assertThat(Pem.keys(Pem.key(rsa))).containsExactly(rsa);
  }

  @Test
  void nothingOfABrokenKeyIsTold() {
    String broken = Base64.getEncoder().encodeToString("hunter2".getBytes());
    assertThatThrownBy(
            () ->
                Pem.keys(
                    "-----BEGIN PRIVATE KEY-----\n" + broken + "\n-----END PRIVATE KEY-----\n"))
        .hasMessage("a key can't be read")
        .hasNoCause();
  }

  @Test
  void trustIsInTheCasOfTheFile(@TempDir Path folder) throws IOException, GeneralSecurityException {
    Path ca = folder.resolve("ca.crt");
    Files.writeString(ca, Pem.certificates(List.of(one.certificate())));
    assertThat(PemTrust.of(ca).getAcceptedIssuers()).containsExactly(one.certificate());

    Files.writeString(ca, "");
    assertThatThrownBy(() -> PemTrust.of(ca)).hasMessage("it holds no certificate");
  }
}
