package dev.lockstep.retention;

import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import java.util.Optional;

/** Numbers that somebody still names, whether or not their versions are there. */
public final class NamedNumbers {
  private NamedNumbers() {}

  /**
   * The highest number of this head that anything in its namespace names.
   *
   * @throws dev.lockstep.model.ApiServerException rather than to leave something out
   */
  public static Optional<VersionNumber> highest(ObjectKey head, VersionReferrers users) {
    Highest highest = new Highest();
    users.forEachUser(
        head.namespace(),
        user -> {
          ReferrerIndex.names(user).stream()
              .map(VersionName::parse)
              .flatMap(Optional::stream)
              .filter(name -> name.head().equals(head.name()))
              .forEach(name -> highest.see(name.number()));
          return true;
        });
    return highest.number;
  }

  private static final class Highest {
    Optional<VersionNumber> number = Optional.empty();

    void see(VersionNumber other) {
      number = number.map(other::max).or(() -> Optional.of(other));
    }
  }
}
