package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.HeadAdmission;
import dev.lockstep.versioning.HeadAdmissionRequest;
import dev.lockstep.versioning.HeadAdmissionResult;
import dev.lockstep.versioning.ManagedNamespaces;
import dev.lockstep.versioning.VersionListener;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** {@code heads.lockstep.dev}: ConfigMaps and Secrets. */
public final class HeadWebhook implements Webhook {
  private static final JsonPointer LABELS = JsonPointer.compile("/metadata/labels");
  private static final JsonPointer ANNOTATIONS = JsonPointer.compile("/metadata/annotations");
  private static final JsonPointer IMMUTABLE = JsonPointer.compile("/immutable");

  /** What would come along from a version's YAML. */
  private static final Set<String> ONLY_ON_VERSIONS =
      Set.of(
          Annotations.HEAD_NAME,
          Annotations.UNUSED_SINCE,
          Annotations.UNMARKED,
          Annotations.COMMIT,
          Annotations.ALLOW_DELETE);

  private final HeadAdmission admission;
  private final ManagedNamespaces namespaces;
  private final boolean recordUser;
  private final VersionListener listener;

  public HeadWebhook(
      HeadAdmission admission,
      ManagedNamespaces namespaces,
      boolean recordUser,
      VersionListener listener) {
    this.listener = listener;
    this.admission = admission;
    this.namespaces = namespaces;
    this.recordUser = recordUser;
  }

  @Override
  public String name() {
    return "heads";
  }

  @Override
  public AdmissionResponse.Allowed review(AdmissionRequest request) {
    JsonPatchBuilder patch = new JsonPatchBuilder(request.object());
    Optional<HeadKind> kind = HeadKind.ofResource(request.resource());
    Optional<ManagedNamespace> namespace = namespaces.optedIn(request.namespace());
    if (kind.isEmpty() || !request.group().isEmpty() || namespace.isEmpty()) {
      return new AdmissionResponse.Allowed(patch, List.of());
    }
    HeadAdmissionResult outcome =
        admission.decide(
            new HeadAdmissionRequest(
                new ObjectKey(kind.get(), request.namespace(), request.name()),
                request.object(),
                request.oldObject(),
                recordUser ? Optional.of(request.user()) : Optional.empty(),
                request.dryRun(),
                namespace.get()));
    write(outcome, request, patch);
    outcome.version().ifPresent(version -> countReuse(kind.get(), version, request));
    return new AdmissionResponse.Allowed(patch, outcome.warnings(), audit(outcome));
  }

  private static Map<String, String> audit(HeadAdmissionResult outcome) {
    return outcome
        .version()
        .map(version -> Map.of("version", version.toString()))
        .orElseGet(Map::of);
  }

  private void countReuse(HeadKind kind, VersionNumber version, AdmissionRequest request) {
    Optional<Stamp> before = request.oldObject().flatMap(Stamp::of);
    if (!request.dryRun() && before.filter(old -> isBroughtBack(version, old)).isPresent()) {
      listener.reused(kind);
    }
  }

  /** A number that was given before, and was not the current one. */
  private static boolean isBroughtBack(VersionNumber version, Stamp before) {
    return !version.equals(before.version()) && version.compareTo(before.newest()) <= 0;
  }

  private static void write(
      HeadAdmissionResult outcome, AdmissionRequest request, JsonPatchBuilder patch) {
    Map<String, Optional<String>> labels = new TreeMap<>();
    Map<String, Optional<String>> annotations = new TreeMap<>();
    outcome.accept(
        unchanged -> annotations.put(Annotations.RESTAMP, Optional.empty()),
        unstamped -> {
          if (isOrWasHead(request)) {
            labels.putAll(Stamp.noLabels());
            annotations.putAll(Stamp.noAnnotations());
          }
          if (unstamped.isFilledByProgram()) {
            annotations.put(Annotations.LEFT_OUT, Optional.of(Annotations.FILLED_BY_A_PROGRAM));
          }
        },
        stamped -> {
          labels.putAll(stamped.stamp().labels());
          annotations.putAll(stamped.stamp().annotations());
          if (stamped.isVersionsCopy()) {
            labels.put(Labels.HEAD, Optional.empty());
            ONLY_ON_VERSIONS.forEach(key -> annotations.put(key, Optional.empty()));
            if (request.oldObject().filter(HeadWebhook::isImmutable).isEmpty()) {
              patch.remove(IMMUTABLE);
            }
          }
        });
    patch.setAll(LABELS, labels).setAll(ANNOTATIONS, annotations);
  }

  private static boolean isOrWasHead(AdmissionRequest request) {
    return Stream.concat(Stream.of(request.object()), request.oldObject().stream())
        .anyMatch(Stamp::isHead);
  }

  private static boolean isImmutable(JsonNode object) {
    return object.path("immutable").asBoolean(false);
  }
}
