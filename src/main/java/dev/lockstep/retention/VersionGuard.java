package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.Denial;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.ObjectId;
import java.util.List;
import java.util.function.Predicate;

/** Keeps people from deleting a version by hand that somebody uses. */
public final class VersionGuard {
  private static final int TOLD = 5;

  private final Users users;
  private final Predicate<String> isTerminating;

  /**
   * @param isTerminating whether a namespace is on its way out: nothing must be in its way
   */
  public VersionGuard(Users users, Predicate<String> isTerminating) {
    this.users = users;
    this.isTerminating = isTerminating;
  }

  /**
   * @param version as it is persisted
   * @throws Denial if it is used, and must not be deleted all the same
   * @throws dev.lockstep.version.ApiCallException if nobody can say whether it is
   */
  public void mayDelete(ObjectId id, JsonNode version) {
    if (Json.annotation(version, Keys.ALLOW_DELETE).filter("true"::equals).isPresent()
        || isTerminating.test(id.namespace())) {
      return;
    }
    Uses uses = new Uses(id.name()::equals);
    users.forEachUser(
        id.namespace(),
        user -> {
          uses.add(user);
          return true;
        });
    List<String> named = uses.of(id.name());
    if (!named.isEmpty()) {
      throw new Denial(
          Denial.FORBIDDEN,
          "allow this delete",
          id,
          "it is used by "
              + String.join(", ", named.subList(0, Math.min(TOLD, named.size())))
              + (named.size() > TOLD ? " and others, " + named.size() + " in all" : ""),
          "To delete it all the same, annotate it with " + Keys.ALLOW_DELETE + "=true first.");
    }
  }
}
