package dev.lockstep.versioning;

import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.VersionNumber;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the admission of a ConfigMap or Secret changes in it. Denials are {@link
 * AdmissionDeniedException}s.
 */
public sealed interface HeadAdmissionResult {

  /** For kubectl to print. */
  List<String> warnings();

  /** Which version it is, if it has any. */
  Optional<VersionNumber> version();

  /** Does what is to be done for this kind of result. */
  void accept(
      Consumer<Unchanged> ofUnchanged,
      Consumer<Unstamped> ofUnstamped,
      Consumer<Stamped> ofStamped);

  /** Nothing changes. */
  record Unchanged(List<String> warnings) implements HeadAdmissionResult {
    @Override
    public Optional<VersionNumber> version() {
      return Optional.empty();
    }

    @Override
    public void accept(
        Consumer<Unchanged> ofUnchanged,
        Consumer<Unstamped> ofUnstamped,
        Consumer<Stamped> ofStamped) {
      ofUnchanged.accept(this);
    }
  }

  /**
   * The object gets no versions: it must not carry a stamp.
   *
   * @param isFilledByProgram whether that is to be noted on it, for those who see it later
   */
  record Unstamped(boolean isFilledByProgram, List<String> warnings)
      implements HeadAdmissionResult {
    @Override
    public Optional<VersionNumber> version() {
      return Optional.empty();
    }

    @Override
    public void accept(
        Consumer<Unchanged> ofUnchanged,
        Consumer<Unstamped> ofUnstamped,
        Consumer<Stamped> ofStamped) {
      ofUnstamped.accept(this);
    }
  }

  /**
   * The object is a head and has to carry this stamp.
   *
   * @param isVersionsCopy whether it was written from a version's YAML, so that what makes that one
   *     a version has to go
   */
  record Stamped(Stamp stamp, boolean isVersionsCopy, List<String> warnings)
      implements HeadAdmissionResult {
    @Override
    public Optional<VersionNumber> version() {
      return Optional.of(stamp.version());
    }

    @Override
    public void accept(
        Consumer<Unchanged> ofUnchanged,
        Consumer<Unstamped> ofUnstamped,
        Consumer<Stamped> ofStamped) {
      ofStamped.accept(this);
    }
  }
}
