package dev.lockstep.admission;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lockstep.version.HeadAdmission;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.HeadOutcome;
import dev.lockstep.version.HeadReview;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.OptedIn;
import dev.lockstep.version.Stamp;
import dev.lockstep.version.VersionListener;
import dev.lockstep.version.VersionNumber;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code heads.lockstep.dev}: ConfigMaps and Secrets. */
public final class HeadWebhook implements Webhook {
  private static final JsonPointer LABELS = JsonPointer.compile("/metadata/labels");
  private static final JsonPointer ANNOTATIONS = JsonPointer.compile("/metadata/annotations");

  private final HeadAdmission admission;
  private final Namespaces namespaces;
  private final boolean recordUser;
  private final VersionListener listener;

  public HeadWebhook(
      HeadAdmission admission,
      Namespaces namespaces,
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
  public Verdict.Allowed review(AdmissionRequest request) {
    JsonPatch patch = new JsonPatch(request.object());
    Optional<HeadKind> kind = HeadKind.ofResource(request.resource());
    Optional<OptedIn> namespace = namespaces.optedIn(request.namespace());
    if (kind.isEmpty() || !request.group().isEmpty() || namespace.isEmpty()) {
      return new Verdict.Allowed(patch, List.of());
    }
    HeadOutcome outcome =
        admission.decide(
            new HeadReview(
                new ObjectId(kind.get(), request.namespace(), request.name()),
                request.object(),
                request.oldObject(),
                recordUser ? Optional.of(request.user()) : Optional.empty(),
                request.dryRun(),
                namespace.get()));
    if (outcome instanceof HeadOutcome.Stamped stamped) {
      write(patch, stamped.stamp().labels(), stamped.stamp().annotations());
    } else if (outcome instanceof HeadOutcome.Unstamped
        && Stream.concat(Stream.of(request.object()), request.oldObject().stream())
            .anyMatch(Stamp::isHead)) {
      write(patch, Stamp.noLabels(), Stamp.noAnnotations());
    }
    return new Verdict.Allowed(patch, outcome.warnings(), audit(request, kind.get(), outcome));
  }

  private Map<String, String> audit(AdmissionRequest request, HeadKind kind, HeadOutcome outcome) {
    if (!(outcome instanceof HeadOutcome.Stamped stamped)) {
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
      JsonPatch patch,
      Map<String, Optional<String>> labels,
      Map<String, Optional<String>> annotations) {
    patch.setAll(LABELS, labels).setAll(ANNOTATIONS, annotations);
  }
}
