package dev.lockstep.webhook;

import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.retention.VersionDeletionGuard;
import dev.lockstep.webhook.AdmissionRequest.Operation;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code versions.lockstep.dev}: deletes of versions by hand. */
public final class VersionDeletionWebhook implements Webhook {
  private final VersionDeletionGuard guard;

  public VersionDeletionWebhook(VersionDeletionGuard guard) {
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
  public AdmissionResponse.Allowed review(AdmissionRequest request) {
    Optional<HeadKind> kind = HeadKind.ofResource(request.resource());
    if (kind.isPresent() && request.group().isEmpty()) {
      guard.mayDelete(
          new ObjectKey(kind.get(), request.namespace(), request.name()), request.object());
    }
    return new AdmissionResponse.Allowed(new JsonPatchBuilder(request.object()), List.of());
  }
}
