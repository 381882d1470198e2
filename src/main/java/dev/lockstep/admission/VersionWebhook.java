package dev.lockstep.admission;

import dev.lockstep.admission.AdmissionRequest.Operation;
import dev.lockstep.retention.VersionGuard;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.ObjectId;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code versions.lockstep.dev}: deletes of versions by hand. */
public final class VersionWebhook implements Webhook {
  private final VersionGuard guard;

  public VersionWebhook(VersionGuard guard) {
    this.guard = guard;
  }

  @Override
  public String name() {
    return "versions";
  }

  @Override
  public Set<Operation> operations() {
    return EnumSet.of(Operation.DELETE);
  }

  @Override
  public Verdict.Allowed review(AdmissionRequest request) {
    Optional<HeadKind> kind = HeadKind.ofResource(request.resource());
    if (kind.isPresent() && request.group().isEmpty()) {
      guard.mayDelete(
          new ObjectId(kind.get(), request.namespace(), request.name()), request.object());
    }
    return new Verdict.Allowed(new JsonPatch(request.object()), List.of());
  }
}
