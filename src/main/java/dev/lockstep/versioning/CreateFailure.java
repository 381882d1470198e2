package dev.lockstep.versioning;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.versioning.VersionStore.Creation;
import java.util.regex.Pattern;

/** What it means that the API server did not create a version. */
final class CreateFailure {
  /** The API server's words, with code 400. */
  private static final Pattern NO_DRY_RUN =
      Pattern.compile("^admission webhook \"[^\"]*\" does not support dry run");

  /** The API server's own validation, with code 422. */
  private static final Pattern INVALID =
      Pattern.compile("^(ConfigMap|Secret) \"[^\"]*\" is invalid: ");

  private CreateFailure() {}

  /**
   * Whether it keeps the version from being made. A foreign webhook that does not support dry runs
   * does not. What the API server finds wrong with the content it will find wrong with the head,
   * too, in words that name the head.
   */
  static boolean isObstacle(Creation.Failed failed, boolean dryRun) {
    if (!dryRun) {
      return true;
    }
    ApiServerException cause = failed.cause();
    return switch (cause.reason()) {
      case OTHER -> !NO_DRY_RUN.matcher(cause.getMessage()).find();
      case INVALID -> !INVALID.matcher(cause.getMessage()).find();
      default -> true;
    };
  }
}
