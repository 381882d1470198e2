package dev.lockstep.kubernetes.client;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.RequestDeadline;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Makes a call that got no answer once more, as long as somebody waits who has time left: an API
 * server or a load balancer between may have gone. With HTTP/1.1 a connection that owes an answer
 * is not used again, so the call takes another one.
 *
 * <p>Only what can be done twice: reads, creates under dry run, and creates of ConfigMaps and
 * Secrets, whose name decides. If the first did arrive, the second finds the name taken, and
 * whoever made it looks what is there.
 */
final class RetryOnNoAnswer {
  private static final int ATTEMPTS = 3;
  private static final Set<String> READS = Set.of("get", "list");

  private RetryOnNoAnswer() {}

  static <T> T call(String verb, String path, Supplier<T> attempt) {
    for (int made = 1; ; made++) {
      try {
        return attempt.get();
      } catch (ApiServerException e) {
        if (e.reason() != ApiServerException.Reason.NO_ANSWER
            || made == ATTEMPTS
            || !canBeRepeated(verb, path)
            || Thread.currentThread().isInterrupted()
            || !RequestDeadline.hasTimeLeft()) {
          throw e;
        }
      }
    }
  }

  private static boolean canBeRepeated(String verb, String path) {
    return READS.contains(verb)
        || verb.equals("create")
            && (path.contains(ApiPaths.DRY_RUN) || isOfHeadKind(ApiPaths.resource(path)));
  }

  private static boolean isOfHeadKind(String resource) {
    return HeadKind.ofResource(resource).isPresent();
  }
}
