package dev.lockstep.versioning;

import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ManagedNamespace;
import java.util.Optional;
import java.util.Set;

/** The same namespaces, in which objects of some kinds get versions only if they ask for them. */
public final class NamespacesThatAsk implements ManagedNamespaces {
  private final ManagedNamespaces namespaces;
  private final Set<HeadKind> kinds;

  /**
   * @param kinds of which only objects that ask for versions get them
   */
  public NamespacesThatAsk(ManagedNamespaces namespaces, Set<HeadKind> kinds) {
    this.namespaces = namespaces;
    this.kinds = Set.copyOf(kinds);
  }

  @Override
  public Optional<ManagedNamespace> optedIn(String namespace) {
    return namespaces.optedIn(namespace).map(found -> found.onlyAnnotated(kinds));
  }
}
