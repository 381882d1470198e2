package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import java.util.List;
import java.util.function.Predicate;

/** Keeps people from deleting a version by hand that somebody uses. */
public final class VersionDeletionGuard {
  private static final int TOLD = 5;

  private final VersionReferrers users;
  private final Predicate<String> isTerminating;

  /**
   * @param isTerminating whether a namespace is on its way out: nothing must be in its way
   */
  public VersionDeletionGuard(VersionReferrers users, Predicate<String> isTerminating) {
    this.users = users;
    this.isTerminating = isTerminating;
  }

  /**
   * @param version as it is persisted
   * @throws AdmissionDeniedException if it is used, and must not be deleted all the same
   * @throws dev.lockstep.model.ApiServerException if nobody can say whether it is
   */
  public void mayDelete(ObjectKey id, JsonNode version) {
    if (KubernetesJson.annotation(version, Annotations.ALLOW_DELETE)
            .filter("true"::equals)
            .isPresent()
        || isTerminating.test(id.namespace())) {
      return;
    }
    ReferrerIndex uses = new ReferrerIndex(id.name()::equals);
    users.forEachUser(
        id.namespace(),
        user -> {
          uses.add(user);
          return true;
        });
    List<String> named = uses.of(id.name());
    if (!named.isEmpty()) {
      throw new AdmissionDeniedException(
          AdmissionDeniedException.FORBIDDEN,
          "allow this delete",
          id,
          "it is used by "
              + String.join(", ", named.subList(0, Math.min(TOLD, named.size())))
              + (named.size() > TOLD ? " and others, " + named.size() + " in all" : ""),
          "To delete it all the same, annotate it with "
              + Annotations.ALLOW_DELETE
              + "=true first.");
    }
  }
}
