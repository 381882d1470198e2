package dev.lockstep.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A namespace that is opted in, with the annotations that set its defaults.
 *
 * @param served the kinds that Lockstep has to do with at all; it may have no rights to others
 */
public record ManagedNamespace(String name, Map<String, String> annotations, Set<HeadKind> served) {
  private static final Map<String, Set<HeadKind>> SPELLED =
      Map.of(
          "config-maps", Set.of(HeadKind.CONFIG_MAP),
          "secrets", Set.of(HeadKind.SECRET),
          "config-maps,secrets", Set.of(HeadKind.values()));

  public ManagedNamespace {
    annotations = Map.copyOf(annotations);
    served = Set.copyOf(served);
  }

  /** Where all kinds are served. */
  public ManagedNamespace(String name, Map<String, String> annotations) {
    this(name, annotations, Set.of(HeadKind.values()));
  }

  /** Whether objects of this kind get versions here; references to others are left alone. */
  public boolean versions(HeadKind kind) {
    return served.contains(kind) && asked().value().contains(kind);
  }

  /** What its annotation says; it can only leave kinds out. */
  public LayeredSetting<Set<HeadKind>> asked() {
    return LayeredSetting.of(
        List.of(new LayeredSetting.Level("Namespace", name, annotations)),
        List.of(Annotations.KINDS),
        SPELLED,
        served);
  }
}
