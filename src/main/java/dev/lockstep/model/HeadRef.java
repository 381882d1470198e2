package dev.lockstep.model;

import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A ConfigMap or Secret as a pod template names it: {@code configmap/app-config}. */
public record HeadRef(HeadKind kind, String name) implements Comparable<HeadRef> {

  /** RFC 1123 subdomain, as Kubernetes' validation has it for names of objects. */
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  public static Optional<HeadRef> parse(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? Optional.empty()
        : HeadKind.ofSingular(text.substring(0, slash))
            .map(kind -> new HeadRef(kind, text.substring(slash + 1)))
            .filter(HeadRef::isValid);
  }

  /** {@code configmap/app-config,secret/x}; what can't be read is left out. */
  public static SortedSet<HeadRef> parseList(String list) {
    SortedSet<HeadRef> heads = new TreeSet<>();
    for (String entry : list.split(",")) {
      parse(entry).ifPresent(heads::add);
    }
    return heads;
  }

  /** As {@link #parseList} reads it. */
  public static String list(Collection<HeadRef> heads) {
    return heads.stream().map(HeadRef::toString).collect(Collectors.joining(","));
  }

  /** Whether an object can have this name: nothing else may get into a path of the API. */
  public boolean isValid() {
    return isValidName(name);
  }

  public static boolean isValidName(String name) {
    return name.length() <= VersionName.MAX_LENGTH && SUBDOMAIN.matcher(name).matches();
  }

  public ObjectKey in(String namespace) {
    return new ObjectKey(kind, namespace, name);
  }

  /** The version of this head with this number. */
  public HeadRef version(VersionNumber number) {
    return new HeadRef(kind, new VersionName(name, number).toString());
  }

  @Override
  public int compareTo(HeadRef other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return kind.singular() + "/" + name;
  }
}
