package dev.lockstep.model;

/** A ConfigMap or Secret, by kind, namespace and name. */
public record ObjectKey(HeadKind kind, String namespace, String name) {

  /** The same kind and namespace under another name. */
  public ObjectKey named(String otherName) {
    return new ObjectKey(kind, namespace, otherName);
  }

  /** For people: {@code ConfigMap shop/app-config}. */
  @Override
  public String toString() {
    return kind.kind() + " " + namespace + "/" + name;
  }
}
