package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Predicate;

/** Everything that can name a version. */
public interface VersionReferrers {

  /**
   * Every object of a namespace that can, a page at a time; live, and complete unless no more is
   * wanted. What makes an object comes before what is made by it, so that a name that is handed on
   * meanwhile is met at least once. Pods, of which there are most, come last.
   *
   * @param wantsMore told of each object; false ends it
   * @throws dev.lockstep.model.ApiServerException rather than to leave something out
   */
  void forEachUser(String namespace, Predicate<JsonNode> wantsMore);
}
