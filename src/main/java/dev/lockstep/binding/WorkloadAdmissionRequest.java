package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import java.util.Optional;

/**
 * A request to create or update a workload, as its admission sees it.
 *
 * @param oldObject as it is persisted, for an update
 * @param fieldManager what the request's options name; kubectl's undo names none
 */
public record WorkloadAdmissionRequest(
    WorkloadKind kind,
    String name,
    JsonNode object,
    Optional<JsonNode> oldObject,
    Optional<String> fieldManager,
    boolean dryRun,
    ManagedNamespace namespace) {

  /** Written by client-side apply, and by nothing else. */
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  JsonNode template() {
    return object.at(kind.template());
  }

  Optional<JsonNode> oldTemplate() {
    return oldObject.map(old -> old.at(kind.template()));
  }

  /** Whether there is a template, and it is not the persisted one. */
  boolean hasNewTemplate() {
    // A Pod is its own template, with a status and more: its spec is what counts.
    String part = kind.template().matches() ? "spec" : "";
    return template().isObject()
        && oldTemplate().filter(old -> at(old, part).equals(at(template(), part))).isEmpty();
  }

  private static JsonNode at(JsonNode template, String part) {
    return part.isEmpty() ? template : template.path(part);
  }

  /** Whether this changes a template which can't be: only what is persisted will be accepted. */
  boolean isOfImmutableTemplate() {
    return kind.change() == WorkloadKind.Change.IMMUTABLE && oldObject.isPresent();
  }

  /** Whether somebody's manifest may stand behind this request. */
  boolean mayBeAnApply() {
    return fieldManager.isPresent()
        || oldObject
            .filter(
                old ->
                    KubernetesJson.annotation(old, LAST_APPLIED)
                        .equals(KubernetesJson.annotation(object, LAST_APPLIED)))
            .isEmpty();
  }

  /** For people: {@code Deployment shop/my-app}. */
  @Override
  public String toString() {
    return kind.kind() + " " + namespace.name() + "/" + name;
  }
}
