package dev.lockstep.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Beginnings;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.VersionNumber;
import java.util.Map;
import java.util.function.Consumer;

/** ConfigMaps and Secrets of a namespace, as they are persisted. */
public interface Heads {

  /** The heads and their current versions, by what their labels say. */
  Map<HeadRef, VersionNumber> current(String namespace);

  /** The oldest version that is left of each head. */
  Beginnings beginnings(String namespace);

  /** Every object of this kind, head or not, a page at a time. */
  void forEach(HeadKind kind, String namespace, Consumer<JsonNode> action);
}
