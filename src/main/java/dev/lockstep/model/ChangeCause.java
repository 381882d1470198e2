package dev.lockstep.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Why a head was changed, as far as it says so itself: kubectl's {@code
 * kubernetes.io/change-cause}, and the commit where a tool notes one.
 */
final class ChangeCause {
  static final int MAX_LENGTH = 256;

  /** Of Config Sync, which notes the commit that it synced; and of OpenShift's console. */
  private static final List<String> COMMITS =
      List.of("configmanagement.gke.io/token", "app.openshift.io/vcs-ref");

  private ChangeCause() {}

  /** Annotations of its version. */
  static Map<String, String> of(JsonNode head) {
    Map<String, String> annotations = new TreeMap<>();
    text(head, Annotations.CHANGE_CAUSE)
        .ifPresent(cause -> annotations.put(Annotations.CHANGE_CAUSE, cause));
    COMMITS.stream()
        .flatMap(key -> text(head, key).stream())
        .findFirst()
        .ifPresent(commit -> annotations.put(Annotations.COMMIT, commit));
    return annotations;
  }

  private static Optional<String> text(JsonNode head, String key) {
    return KubernetesJson.annotation(head, key)
        .filter(text -> !text.isEmpty())
        .map(ChangeCause::shortened);
  }

  private static String shortened(String text) {
    return text.codePointCount(0, text.length()) <= MAX_LENGTH
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_LENGTH));
  }
}
