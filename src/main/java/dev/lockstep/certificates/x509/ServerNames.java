package dev.lockstep.certificates.x509;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The DNS names and IP addresses by which the API server calls; both in the one form of each. */
public record ServerNames(Set<String> dns, Set<String> ips) {
  private static final int DNS = 2;
  private static final int IP = 7;

  /**
   * @throws IllegalArgumentException if there is none, or one is neither
   */
  public static ServerNames of(Collection<String> namesAndAddresses) {
    ServerNames names = new ServerNames(new TreeSet<>(), new TreeSet<>());
    for (String name : namesAndAddresses) {
      if (name.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
        names.ips().add(address(name));
      } else if (name.matches("[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?")) {
        names.dns().add(name.toLowerCase(Locale.ROOT));
      } else {
        throw new IllegalArgumentException(
            "'" + name + "' is neither a DNS name nor an IP address");
      }
    }
    if (names.dns().isEmpty() && names.ips().isEmpty()) {
      throw new IllegalArgumentException("a certificate needs a name");
    }
    return names;
  }

  /** A literal, so nothing is looked up. */
  private static String address(String literal) {
    try {
      return InetAddress.getByName(literal).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + literal + "' is no IP address", e);
    }
  }

  public static ServerNames of(X509Certificate certificate) {
    ServerNames names = new ServerNames(new TreeSet<>(), new TreeSet<>());
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
        if (name.get(0).equals(DNS)) {
          names.dns().add(name.get(1).toString());
        } else if (name.get(0).equals(IP)) {
          names.ips().add(address(name.get(1).toString()));
        }
      }
      return names;
    } catch (CertificateParsingException e) {
      throw new IllegalArgumentException("a certificate's names can't be read", e);
    }
  }
}
