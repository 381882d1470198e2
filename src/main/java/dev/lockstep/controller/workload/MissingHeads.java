package dev.lockstep.controller.workload;

import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.versioning.Resolution;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Names that workloads have and no head. No watch tells when such an object comes: where it is left
 * out, or only what a template names gets versions, it never has our label. So it is looked for.
 */
final class MissingHeads {
  private static final int AT_ONCE = 100;

  private final VersionStore store;
  private final VersionResolver versions;
  private final Map<String, Set<ObjectKey>> missing = new ConcurrentHashMap<>();

  MissingHeads(VersionStore store, VersionResolver versions) {
    this.store = store;
    this.versions = versions;
  }

  /**
   * What was found.
   *
   * @param heads made heads by this look
   * @param unversioned there, and left out: nobody has to wait for these
   */
  record Found(Map<HeadRef, CurrentHead> heads, Set<HeadRef> unversioned) {}

  /** Looks for these, and remembers those that are not there. */
  Found find(Set<HeadRef> names, ManagedNamespace namespace) {
    Map<HeadRef, CurrentHead> heads = new HashMap<>();
    Set<HeadRef> unversioned = new HashSet<>();
    Set<ObjectKey> still = new HashSet<>();
    for (HeadRef name : names) {
      ObjectKey key = name.in(namespace.name());
      Resolution resolution =
          still.size() < AT_ONCE
              ? versions.resolve(key, namespace, false)
              : new Resolution.Nothing();
      if (resolution instanceof Resolution.OfHead head) {
        heads.put(name, new CurrentHead(head.current(), Optional.empty(), Optional.empty(), false));
      } else if (resolution instanceof Resolution.Nothing) {
        still.add(key);
      } else {
        unversioned.add(name);
      }
    }
    if (still.isEmpty()) {
      missing.remove(namespace.name());
    } else {
      missing.put(namespace.name(), still);
    }
    return new Found(heads, unversioned);
  }

  /**
   * A look at some of what was missing.
   *
   * @param found told of namespaces in which something is there now
   */
  void look(Consumer<String> found) {
    int left = AT_ONCE;
    for (Map.Entry<String, Set<ObjectKey>> entry : missing.entrySet()) {
      for (ObjectKey key : entry.getValue()) {
        if (left-- == 0) {
          return;
        }
        if (store.get(key).isPresent()) {
          found.accept(entry.getKey());
          break;
        }
      }
    }
  }

  void forget(String namespace) {
    missing.remove(namespace);
  }

  void clear() {
    missing.clear();
  }
}
