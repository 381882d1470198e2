package dev.lockstep.model;

/** Admission warnings in one form: {@code lockstep: KIND NAME: WHAT; REMEDY}. */
public final class Warnings {
  /** Longer ones may be cut by API servers and clients. */
  static final int MAX_LENGTH = 120;

  private static final String GAP = "...";

  private Warnings() {}

  /** At most {@value #MAX_LENGTH} characters; what is too long is taken from the name's middle. */
  public static String warning(String kind, String name, String what, String remedy) {
    int rest = ("lockstep: " + kind + " " + ": " + what + "; " + remedy).length();
    return "lockstep: "
        + kind
        + " "
        + shortened(name, MAX_LENGTH - rest)
        + ": "
        + what
        + "; "
        + remedy;
  }

  private static String shortened(String name, int room) {
    int length = Math.max(room, 2 + GAP.length());
    if (name.length() <= length) {
      return name;
    }
    int kept = length - GAP.length();
    int front = (kept + 1) / 2;
    return name.substring(0, front) + GAP + name.substring(name.length() - (kept - front));
  }
}
