package dev.lockstep.certificates.rotation;

import java.util.Map;
import java.util.Optional;

/** Where certificates of our own are kept: a Secret, whose texts are given by name. */
public interface CertificateStore {

  /**
   * @param version of the object
   */
  record Stored(Map<String, String> texts, String version) {
    /** It holds keys. */
    @Override
    public String toString() {
      return "version " + version;
    }
  }

  /** Empty if there is nothing yet. */
  Optional<Stored> read();

  /**
   * @return false if somebody else was first
   */
  boolean create(Map<String, String> texts);

  /**
   * All texts anew.
   *
   * @return false if somebody else has written since
   */
  boolean replace(Stored before, Map<String, String> texts);
}
