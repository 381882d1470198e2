package dev.lockstep.certificates;

import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** The {@code caBundle}s of our webhook configurations. */
public interface CaBundles {

  /** Of each webhook; none of a configuration that is not there. */
  List<CaBundle> read();

  /**
   * Writes the ones that differ.
   *
   * @return false if somebody else has written since they were read
   */
  boolean write(List<CaBundle> read, Collection<X509Certificate> authorities);
}
