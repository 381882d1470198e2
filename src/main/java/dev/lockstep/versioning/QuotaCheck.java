package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether ResourceQuotas leave room for several objects at once. The API server only says so of one
 * object at a time: a head that takes the last place would be persisted, and its version refused.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/policy/resource-quotas/">Resource Quotas</a>
 */
final class QuotaCheck {
  /** As in {@code 1k}, which is how the API server writes 1000. */
  private static final Map<Character, Long> SUFFIXES =
      Map.of('k', 1_000L, 'M', 1_000_000L, 'G', 1_000_000_000L);

  private QuotaCheck() {}

  /**
   * The first quota that has no room, in the API server's words.
   *
   * @param quotas the ResourceQuotas of a namespace
   */
  static Optional<String> exceeded(List<JsonNode> quotas, HeadKind kind, int objects) {
    for (JsonNode quota : quotas) {
      for (String counted : List.of(kind.resource(), "count/" + kind.resource())) {
        String used = quota.path("status").path("used").path(counted).asText();
        String hard = quota.path("status").path("hard").path(counted).asText();
        OptionalLong left = difference(hard, used);
        if (left.isPresent() && left.getAsLong() < objects) {
          return Optional.of(
              "exceeded quota: %1$s, requested: %2$s=%3$d, used: %2$s=%4$s, limited: %2$s=%5$s"
                  .formatted(KubernetesJson.name(quota), counted, objects, used, hard));
        }
      }
    }
    return Optional.empty();
  }

  private static OptionalLong difference(String hard, String used) {
    OptionalLong most = count(hard);
    OptionalLong now = count(used);
    return most.isPresent() && now.isPresent()
        ? OptionalLong.of(most.getAsLong() - now.getAsLong())
        : OptionalLong.empty();
  }

  /** Of what can't be read, the API server itself is the judge. */
  private static OptionalLong count(String quantity) {
    if (!quantity.matches("\\d{1,9}[kMG]?")) {
      return OptionalLong.empty();
    }
    int last = quantity.length() - 1;
    Long factor = SUFFIXES.get(quantity.charAt(last));
    return OptionalLong.of(
        factor == null
            ? Long.parseLong(quantity)
            : Long.parseLong(quantity.substring(0, last)) * factor);
  }
}
