package dev.lockstep.version;

/** A ConfigMap or Secret, by kind, namespace and name. */
public record ObjectId(HeadKind kind, String namespace, String name) {

  /** The same kind and namespace under another name. */
  public ObjectId named(String otherName) {
    return new ObjectId(kind, namespace, otherName);
  }

  /** For people: {@code ConfigMap shop/app-config}. */
  @Override
  public String toString() {
    return kind.kind() + " " + namespace + "/" + name;
  }
}
