package dev.lockstep.webhook;

import java.util.Locale;

/** Told of each review that was answered, by the thread that answers it: it has to be quick. */
public interface AdmissionListener {

  /** The operation of what is no review. */
  String UNKNOWN_OPERATION = "unknown";

  /** How a review was answered. */
  enum Outcome {
    /** Allowed as it came. */
    UNCHANGED,
    /** Allowed with a patch. */
    CHANGED,
    /** Denied: it can't be, or somebody's rule says no. */
    DENIED,
    /** Denied because we or the API server could not do it; the same request may pass later. */
    FAILED,
    /** No review at all. */
    MALFORMED;

    /** As labels of metrics have it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param webhook {@code heads}, {@code workloads} or {@code versions}
   * @param operation {@code create}, {@code update}, {@code delete} or {@link #UNKNOWN_OPERATION}
   * @param nanos since the review had arrived
   */
  void answered(String webhook, String operation, Outcome outcome, long nanos);
}
