package dev.lockstep.binding;

import dev.lockstep.model.VersionNumber;
import java.util.Optional;

/**
 * What all references of one head are to name.
 *
 * @param warning for who sent the request
 */
record BindingDecision(Target target, Optional<String> warning) {

  sealed interface Target {}

  /** This version. */
  record ToVersion(VersionNumber number) implements Target {}

  /** The version that is current now, which was looked at. */
  record ToCurrent(VersionNumber number) implements Target {}

  /** The head itself. */
  record ToHead() implements Target {}

  /** The head itself, which is not there yet. */
  record ToMissing() implements Target {}

  static BindingDecision to(VersionNumber number) {
    return new BindingDecision(new ToVersion(number), Optional.empty());
  }

  static BindingDecision current(VersionNumber number) {
    return new BindingDecision(new ToCurrent(number), Optional.empty());
  }

  static BindingDecision bare() {
    return new BindingDecision(new ToHead(), Optional.empty());
  }

  static BindingDecision missing() {
    return new BindingDecision(new ToMissing(), Optional.empty());
  }

  BindingDecision warning(String words) {
    return new BindingDecision(target, Optional.of(words));
  }

  /** The version that it leads to. */
  Optional<VersionNumber> number() {
    if (target instanceof ToVersion version) {
      return Optional.of(version.number());
    }
    return target instanceof ToCurrent current ? Optional.of(current.number()) : Optional.empty();
  }
}
