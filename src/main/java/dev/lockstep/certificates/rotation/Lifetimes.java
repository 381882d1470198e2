package dev.lockstep.certificates.rotation;

import java.time.Duration;

/** How long certificates of ours live. A third before its end, each is replaced. */
public record Lifetimes(Duration authority, Duration leaf) {
  /** Clocks of API servers may be behind ours. */
  static final Duration BACKDATED = Duration.ofMinutes(5);

  private static final int PART_LEFT = 3;
  private static final Duration LONGEST_SETTLING = Duration.ofSeconds(30);
  private static final int PART_TO_SETTLE = 10;

  /**
   * @throws IllegalArgumentException if a new CA's first leaf could outlive the CA before
   */
  public Lifetimes {
    if (leaf.toSeconds() < 1 || authority.compareTo(leaf.multipliedBy(PART_LEFT)) < 0) {
      throw new IllegalArgumentException(
          "lockstep.tls.ca-lifetime (%s) has to be at least three times lockstep.tls.leaf-lifetime (%s)"
              .formatted(authority, leaf));
    }
  }

  /** What is left of a CA when the next one is made: time enough for a whole life of a leaf. */
  Duration authorityLeft() {
    return authority.dividedBy(PART_LEFT);
  }

  Duration leafLeft() {
    return leaf.dividedBy(PART_LEFT);
  }

  /** How long a CA is in the bundles before it issues: API servers learn of it by a watch. */
  Duration settling() {
    Duration part = leaf.dividedBy(PART_TO_SETTLE);
    return part.compareTo(LONGEST_SETTLING) < 0 ? part : LONGEST_SETTLING;
  }
}
