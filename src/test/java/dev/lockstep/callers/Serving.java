package dev.lockstep.callers;

import java.util.Set;

/** Decides what is served, for tests of the HTTP edge. */
public final class Serving {
  private Serving() {}

  public static void only(ServedPaths paths, PathPrefix... prefixes) {
    paths.serve(Set.of(prefixes));
  }
}
