package dev.lockstep.certificates;

import java.util.List;
import java.util.Optional;

/** Where the certificate that is served comes from. */
public interface CertificateSource {

  /**
   * Renews what is served if that is due.
   *
   * @return the bundles as they are now; empty where this server has no right to read any
   * @throws dev.lockstep.model.ApiServerException if the API server refuses it or does not answer
   */
  Optional<List<CaBundle>> look();

  /** Whether a bundle counts as right that the API server refuses to show. */
  boolean trustsUnseenBundles();
}
