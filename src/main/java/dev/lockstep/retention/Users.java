package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;

/** Everything that can name a version. */
public interface Users {

  /**
   * Every object of a namespace that can, a page at a time; live and complete.
   *
   * @throws dev.lockstep.version.ApiCallException rather than to leave something out
   */
  void forEachUser(String namespace, Consumer<JsonNode> action);
}
