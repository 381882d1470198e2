package dev.lockstep.retention;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Version;
import dev.lockstep.versioning.ManagedNamespaces;
import dev.lockstep.versioning.VersionStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps people from deleting a version by hand that somebody uses. A denial names users, so nothing
 * is looked at or told of what is no version: whoever may delete an object of that name, or sends a
 * forged review, would learn of workloads that he may not list.
 */
public final class VersionDeletionGuard {
  private static final int TOLD = 5;

  private final VersionReferrers users;
  private final ManagedNamespaces namespaces;
  private final VersionStore store;
  private final ContentHasher hasher;
  private final Set<JsonPointer> templates;

  /**
   * @param namespaces those that are opted in; one on its way out is none: nothing must be in its
   *     way
   */
  public VersionDeletionGuard(
      VersionReferrers users,
      ManagedNamespaces namespaces,
      VersionStore store,
      ContentHasher hasher,
      WorkloadKinds kinds) {
    this.users = users;
    this.namespaces = namespaces;
    this.store = store;
    this.hasher = hasher;
    this.templates =
        Stream.concat(
                kinds.all().stream().map(WorkloadKind::template),
                Stream.of(WorkloadKind.CONTROLLER_REVISIONS.template()))
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * @throws AdmissionDeniedException if it is used, and must not be deleted all the same
   * @throws dev.lockstep.model.ApiServerException if nobody can say whether it is
   */
  public void mayDelete(ObjectKey id) {
    if (namespaces.optedIn(id.namespace()).isEmpty() || !isGuarded(id)) {
      return;
    }
    List<String> named = usersOf(id);
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

  /** By what is persisted, whatever the review says. */
  private boolean isGuarded(ObjectKey id) {
    return store
        .get(id)
        .filter(object -> Version.of(id, object, hasher).isPresent())
        .filter(
            object ->
                KubernetesJson.annotation(object, Annotations.ALLOW_DELETE)
                    .filter("true"::equals)
                    .isEmpty())
        .isPresent();
  }

  private List<String> usersOf(ObjectKey id) {
    List<String> named = new ArrayList<>();
    users.forEachUser(
        id.namespace(),
        user -> {
          if (!user.path("metadata").has("deletionTimestamp") && names(user, id)) {
            named.add(user.path("kind").asText() + " " + KubernetesJson.name(user));
          }
          return true;
        });
    return named;
  }

  /** By a reference, or by a note of ours; not by any other string that happens to be its name. */
  private boolean names(JsonNode user, ObjectKey id) {
    HeadRef version = new HeadRef(id.kind(), id.name());
    Set<HeadRef> noted = new HashSet<>();
    ReferrerIndex.addNoted(user, noted);
    return noted.contains(version)
        || templates.stream()
            .flatMap(template -> Reference.in(user.at(template)).stream())
            .anyMatch(reference -> reference.named().equals(version));
  }
}
