package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lockstep.model.HeadKind;
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
import java.util.stream.Stream;

/** {@code heads.lockstep.dev}: ConfigMaps and Secrets. */
public final class HeadWebhook implements Webhook {
  private static final JsonPointer LABELS = JsonPointer.compile("/metadata/labels");
  private static final JsonPointer ANNOTATIONS = JsonPointer.compile("/metadata/annotations");

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
    if (outcome instanceof HeadAdmissionResult.Stamped stamped) {
      write(patch, stamped.stamp().labels(), stamped.stamp().annotations());
    } else if (outcome instanceof HeadAdmissionResult.Unstamped
        && Stream.concat(Stream.of(request.object()), request.oldObject().stream())
            .anyMatch(Stamp::isHead)) {
      write(patch, Stamp.noLabels(), Stamp.noAnnotations());
    }
    return new AdmissionResponse.Allowed(
        patch, outcome.warnings(), audit(request, kind.get(), outcome));
  }

  private Map<String, String> audit(
      AdmissionRequest request, HeadKind kind, HeadAdmissionResult outcome) {
    if (!(outcome instanceof HeadAdmissionResult.Stamped stamped)) {
      return Map.of();
    }
    VersionNumber version = stamped.stamp().version();
    Optional<Stamp> before = request.oldObject().flatMap(Stamp::of);
    if (!request.dryRun() && before.filter(old -> isBroughtBack(version, old)).isPresent()) {
      listener.reused(kind);
    }
    return Map.of("version", version.toString());
  }

  /** A number that was given before, and was not the current one. */
  private static boolean isBroughtBack(VersionNumber version, Stamp before) {
    return !version.equals(before.version()) && version.compareTo(before.newest()) <= 0;
  }

  private static void write(
      JsonPatchBuilder patch,
      Map<String, Optional<String>> labels,
      Map<String, Optional<String>> annotations) {
    patch.setAll(LABELS, labels).setAll(ANNOTATIONS, annotations);
  }
}
