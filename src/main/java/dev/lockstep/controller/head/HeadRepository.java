package dev.lockstep.controller.head;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** ConfigMaps and Secrets of a namespace, as they are persisted. */
public interface HeadRepository {

  /**
   * The heads of the kinds that get versions there, and their current versions, by what their
   * labels say.
   */
  Map<HeadRef, CurrentHead> current(ManagedNamespace namespace);

  /** All versions of each head, the oldest first. */
  Map<HeadRef, List<MadeVersion>> versions(ManagedNamespace namespace);

  /** Every object of this kind, head or not, a page at a time. */
  void forEach(HeadKind kind, String namespace, Consumer<JsonNode> action);
}
