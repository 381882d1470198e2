package dev.lockstep.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A namespace that is opted in, or was, with the annotations that set its defaults.
 *
 * @param served the kinds that Lockstep has to do with at all; it may have no rights to others
 * @param onlyAnnotated the kinds of which only objects that ask for versions get them
 * @param isLeft whether it is not opted in (any more), and only what is left in it is looked after
 */
public record ManagedNamespace(
    String name,
    Map<String, String> annotations,
    Set<HeadKind> served,
    Set<HeadKind> onlyAnnotated,
    boolean isLeft) {
  private static final Map<String, Set<HeadKind>> SPELLED =
      Map.of(
          "config-maps", Set.of(HeadKind.CONFIG_MAP),
          "secrets", Set.of(HeadKind.SECRET),
          "config-maps,secrets", Set.of(HeadKind.values()));

  public ManagedNamespace {
    annotations = Map.copyOf(annotations);
    served = Set.copyOf(served);
    onlyAnnotated = Set.copyOf(onlyAnnotated);
  }

  /** Where no object has to ask. */
  public ManagedNamespace(String name, Map<String, String> annotations, Set<HeadKind> served) {
    this(name, annotations, served, Set.of(), false);
  }

  /** Where all kinds are served. */
  public ManagedNamespace(String name, Map<String, String> annotations) {
    this(name, annotations, Set.of(HeadKind.values()));
  }

  /** The same, with kinds of which only objects that ask for versions get them. */
  public ManagedNamespace onlyAnnotated(Set<HeadKind> kinds) {
    return new ManagedNamespace(name, annotations, served, kinds, isLeft);
  }

  /** The same, not opted in (any more). */
  public ManagedNamespace left() {
    return new ManagedNamespace(name, annotations, served, onlyAnnotated, true);
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
