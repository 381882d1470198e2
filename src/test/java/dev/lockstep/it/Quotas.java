package dev.lockstep.it;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;

/** Resource quotas of a test's namespace. */
final class Quotas {
  private static final String NAME = "few";

  private Quotas() {}

  /** From now on the namespace may have no more objects of this kind than it has. */
  static void full(Shop shop, String resource) {
    withRoomFor(shop, resource, 0);
  }

  /** From now on so many more objects of this kind may be made; returns when that is enforced. */
  static void withRoomFor(Shop shop, String resource, int more) {
    String counted = "count/" + resource;
    if (resource.equals("configmaps")) {
      // Every namespace gets it, some time after it was made.
      shop.awaitObject("configmap/kube-root-ca.crt");
    }
    int limit = shop.list(resource, "").size() + more;
    shop.kubectl("create", "quota", NAME, "--hard=" + counted + "=" + limit);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                Optional.of(shop.get("quota/" + NAME))
                    .map(quota -> quota.path("status").path("used").path(counted).asText())
                    .filter(used -> used.equals(String.valueOf(limit - more)))
                    .isPresent());
  }
}
