package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ManagedNamespace;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A request to create or update a workload, as its admission sees it.
 *
 * @param oldObject as it is persisted, for an update
 * @param fieldManager what the request's options name; kubectl's undo names none
 * @param user who sent it
 * @param received when, by this server's clock
 */
public record WorkloadAdmissionRequest(
    WorkloadKind kind,
    String name,
    JsonNode object,
    Optional<JsonNode> oldObject,
    Optional<String> fieldManager,
    String user,
    Instant received,
    boolean dryRun,
    ManagedNamespace namespace) {

  private static final Set<String> MANAGERS_OF_MANIFESTS =
      Set.of("kubectl-client-side-apply", "kubectl-replace", "kubectl-create");

  /** kubectl's commands that change a template in place; its undo names no manager. */
  private static final Set<String> MANAGERS_OF_CHANGES =
      Set.of("kubectl-set", "kubectl-edit", "kubectl-patch", "kubectl-rollout");

  private static final String SERVICE_ACCOUNT = "system:serviceaccount:";

  JsonNode template() {
    return object.at(kind.template());
  }

  Optional<JsonNode> oldTemplate() {
    return oldObject.map(old -> old.at(kind.template()));
  }

  boolean isCreate() {
    return oldObject.isEmpty();
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

  /**
   * Whether a manifest stands behind this request: names in it are what somebody wants. Argo CD
   * applies as kubectl does, but by a manager's name of its own.
   */
  boolean isApply() {
    if (oldObject.isEmpty()) {
      return false;
    }
    if (LastApplied.of(object).isPresent()
        && !LastApplied.of(object).equals(LastApplied.of(oldObject.get()))) {
      return true;
    }
    return fieldManager
        .filter(
            manager ->
                MANAGERS_OF_MANIFESTS.contains(manager)
                    || manager.toLowerCase(Locale.ROOT).contains("helm")
                    || RecordedWrites.of(object)
                        .isAppliedBy(manager, RecordedWrites.of(oldObject.get()))
                    || !bringsNothing(manager)
                        && LastApplied.isAppliedAgain(kind, object, oldObject.get()))
        .isPresent();
  }

  /** Whether all of the object is what somebody sent: {@code kubectl replace}. */
  boolean isReplaced() {
    return fieldManager.filter("kubectl-replace"::equals).isPresent();
  }

  /** Whether the manifest that was last applied names this, and is no exported object. */
  boolean isNamedByManifest(String name) {
    return LastApplied.of(object)
        .filter(manifest -> manifest.contains("\"" + name + "\""))
        .filter(manifest -> !manifest.contains(Annotations.BINDINGS))
        .isPresent();
  }

  /** Whether somebody typed the change, so that it means what it says. */
  boolean isTyped() {
    return fieldManager.filter(MANAGERS_OF_CHANGES::contains).isPresent();
  }

  /** Whether this may bring a former revision back; what is applied or typed is a new one. */
  boolean mayBringBack() {
    return oldObject.isPresent()
        && kind.revisions().isPresent()
        && hasNewTemplate()
        && (isReplaced()
            || !isApply()
                && fieldManager.filter(WorkloadAdmissionRequest::bringsNothing).isEmpty());
  }

  /** All of kubectl's commands that name a manager, and Lockstep's own requests. */
  private static boolean bringsNothing(String manager) {
    return manager.startsWith("kubectl-") || manager.equals("lockstep");
  }

  /**
   * Whether it may bring settings along with a revision, which somebody has changed since. Who
   * replaces the whole object means its annotations.
   */
  boolean hasOtherSettings() {
    return mayBringBack()
        && !isApply()
        && !WorkloadSettings.annotationsOf(object)
            .equals(WorkloadSettings.annotationsOf(oldObject.orElseThrow()));
  }

  /**
   * Whether a program may have sent this on its own. kubectl's undo is somebody's wish, whatever
   * account it runs by.
   */
  boolean mayBeAController() {
    return user.startsWith(SERVICE_ACCOUNT)
        && RecordedWrites.of(object)
            .newestManager()
            .filter(manager -> manager.startsWith("kubectl"))
            .isEmpty();
  }

  /** Whether a container that was there gets another image. */
  boolean hasNewImage() {
    Map<String, String> before = oldTemplate().map(LastApplied::images).orElse(Map.of());
    Map<String, String> after = LastApplied.images(template());
    return before.entrySet().stream()
        .anyMatch(e -> !e.getValue().equals(after.getOrDefault(e.getKey(), e.getValue())));
  }

  /** When the object was written, by the API server's clock where it tells. */
  Instant time() {
    return RecordedWrites.of(object)
        .newestTime()
        .orElseGet(() -> received.truncatedTo(ChronoUnit.SECONDS));
  }

  /** For people: {@code Deployment shop/my-app}. */
  @Override
  public String toString() {
    return kind.kind() + " " + namespace.name() + "/" + name;
  }
}
