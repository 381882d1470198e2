package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.OptedIn;
import java.util.Optional;

/**
 * A request to create or update a workload, as its admission sees it.
 *
 * @param oldObject as it is persisted, for an update
 */
public record WorkloadReview(
    WorkloadKind kind,
    String name,
    JsonNode object,
    Optional<JsonNode> oldObject,
    boolean dryRun,
    OptedIn namespace) {

  JsonNode template() {
    return object.at(kind.template());
  }

  Optional<JsonNode> oldTemplate() {
    return oldObject.map(old -> old.at(kind.template()));
  }

  /** For people: {@code Deployment shop/my-app}. */
  @Override
  public String toString() {
    return kind.kind() + " " + namespace.name() + "/" + name;
  }
}
