package dev.lockstep.controller.head;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.OldestVersions;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.VersionNumber;
import java.util.Map;
import java.util.function.Consumer;

/** ConfigMaps and Secrets of a namespace, as they are persisted. */
public interface HeadRepository {

  /**
   * The heads of the kinds that get versions there, and their current versions, by what their
   * labels say.
   */
  Map<HeadRef, VersionNumber> current(ManagedNamespace namespace);

  /** The oldest version that is left of each head. */
  OldestVersions beginnings(ManagedNamespace namespace);

  /** Every object of this kind, head or not, a page at a time. */
  void forEach(HeadKind kind, String namespace, Consumer<JsonNode> action);
}
