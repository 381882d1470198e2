package dev.lockstep.certificates.rotation;

import dev.lockstep.certificates.x509.ServerNames;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes keys (ECDSA, P-256) and certificates, as certs/make does with openssl. */
final class CertificateIssuer {
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 127;

  private final SecureRandom random = new SecureRandom();

  /** A CA with a name of its own: two in one bundle must not be taken for one another. */
  public Authority authority(Instant now, Duration lifetime) {
    X500Principal name =
        new X500Principal("CN=lockstep-ca-" + serial().toString(16).substring(0, 8));
    KeyPair keys = keys();
    try {
      X509v3CertificateBuilder certificate =
          builder(name, now, now.plus(lifetime), name, keys)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return new Authority(
          sign(certificate, keys.getPrivate()), Optional.of(keys.getPrivate()), now);
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("a CA can't be made", e);
    }
  }

  /**
   * @param by has its key
   */
  public Leaf leaf(Authority by, ServerNames names, Instant now, Instant end) {
    KeyPair keys = keys();
    X500Principal issuer = by.certificate().getSubjectX500Principal();
    try {
      X509v3CertificateBuilder certificate =
          builder(issuer, now, end, new X500Principal("CN=lockstep"), keys)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(
                  Extension.extendedKeyUsage,
                  false,
                  new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  new JcaX509ExtensionUtils()
                      .createAuthorityKeyIdentifier(by.certificate().getPublicKey()))
              .addExtension(Extension.subjectAlternativeName, false, alternatives(names));
      return new Leaf(sign(certificate, by.key().orElseThrow()), keys.getPrivate());
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate can't be made", e);
    }
  }

  private X509v3CertificateBuilder builder(
      X500Principal issuer, Instant now, Instant end, X500Principal subject, KeyPair keys)
      throws IOException, GeneralSecurityException {
    return new JcaX509v3CertificateBuilder(
            issuer,
            serial(),
            Date.from(now.minus(Lifetimes.BACKDATED)),
            Date.from(end),
            subject,
            keys.getPublic())
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
  }

  private static GeneralNames alternatives(ServerNames names) {
    return new GeneralNames(
        Stream.concat(
                names.dns().stream().map(dns -> new GeneralName(GeneralName.dNSName, dns)),
                names.ips().stream().map(ip -> new GeneralName(GeneralName.iPAddress, ip)))
            .toArray(GeneralName[]::new));
  }

  private static X509Certificate sign(X509v3CertificateBuilder certificate, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(certificate.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
  }

  private BigInteger serial() {
    return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
  }

  private KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key can't be made", e);
    }
  }
}
