package dev.lockstep.model;

import java.util.Optional;
import java.util.stream.Stream;

/** The two kinds of objects that have versions. */
public enum HeadKind {
  CONFIG_MAP("ConfigMap", "configmap", "configmaps"),
  SECRET("Secret", "secret", "secrets");

  private final String kind;
  private final String singular;
  private final String resource;

  HeadKind(String kind, String singular, String resource) {
    this.kind = kind;
    this.singular = singular;
    this.resource = resource;
  }

  /** As in an object's {@code kind}: {@code ConfigMap}. */
  public String kind() {
    return kind;
  }

  /** As in bindings and on kubectl's command line: {@code configmap}. */
  public String singular() {
    return singular;
  }

  /** As in the API's paths: {@code configmaps}. */
  public String resource() {
    return resource;
  }

  public static Optional<HeadKind> ofResource(String resource) {
    return Stream.of(values()).filter(kind -> kind.resource.equals(resource)).findFirst();
  }

  public static Optional<HeadKind> ofSingular(String singular) {
    return Stream.of(values()).filter(kind -> kind.singular.equals(singular)).findFirst();
  }
}
