package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the server measures of itself. */
@OnRealCluster
class MetricsIT {
  private static final String ADMISSIONS = "lockstep_admission_duration_seconds_count";
  private static final String CALLS = "lockstep_api_call_duration_seconds_count";
  private static final Map<String, String> NONE = Map.of();

  private static String story(Shop shop) {
    shop.apply(
        configMap("app-config", "FOO", "a")
            + workload("Deployment", "my-app", "app:1", "app-config"));
    shop.awaitObject("configmap/app-config-v000");
    return shop.name();
  }

  @Test
  void everyMetricIsDocumentedAndEveryDocumentedOneIsThere(Shop shop) throws IOException {
    story(shop);
    String page = Files.readString(Path.of("docs/reference.md"));
    String section = page.substring(page.indexOf("\n## Metrics\n"));
    Set<String> documented =
        section
            .lines()
            .filter(line -> line.startsWith("| `lockstep_"))
            .map(line -> line.split("`")[1])
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(documented).isNotEmpty();
    Set<String> measured =
        shop.cluster().measured().names().stream()
            .filter(name -> name.startsWith("lockstep_"))
            .map(name -> name.replaceFirst("(_seconds)_(bucket|count|sum)$", "$1"))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(measured).isEqualTo(documented);
  }

  @Test
  void admissionsAreCountedByWebhookOperationAndOutcome(Shop shop) {
    Measured before = shop.cluster().measured();
    story(shop);
    Result denied = shop.tryApply(configMap("x".repeat(250), "FOO", "a"));
    assertThat(denied.err()).contains("lockstep: cannot");
    Measured after = shop.cluster().measured();

    for (Map<String, String> kind :
        List.of(
            Map.of("webhook", "heads", "operation", "create", "outcome", "changed"),
            Map.of("webhook", "workloads", "operation", "create", "outcome", "changed"),
            Map.of("webhook", "heads", "operation", "create", "outcome", "denied"))) {
      assertThat(after.sum(ADMISSIONS, kind))
          .as("%s", kind)
          .isGreaterThan(before.sum(ADMISSIONS, kind));
    }
  }

  @Test
  void theTimeOfAdmissionsIsSortedFromAFifthOfAMillisecondToTenSeconds(Shop shop) {
    story(shop);
    List<String> bounds =
        shop.cluster().measured().samples().stream()
            .filter(s -> s.name().equals("lockstep_admission_duration_seconds_bucket"))
            .filter(
                s ->
                    s.labels()
                        .entrySet()
                        .containsAll(
                            Map.of("webhook", "heads", "operation", "create", "outcome", "changed")
                                .entrySet()))
            .map(s -> s.labels().get("le"))
            .distinct()
            .toList();

    assertThat(bounds)
        .containsExactlyInAnyOrder(
            "2.0E-4", "5.0E-4", "0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.25",
            "0.5", "1.0", "2.0", "5.0", "10.0", "+Inf");
  }

  @Test
  void callsToTheApiServerAreCountedByVerbResourceAndClassOfCode(Shop shop) {
    Map<String, String> made = Map.of("verb", "create", "resource", "configmaps", "code", "2xx");
    double before = shop.cluster().measured().sum(CALLS, made);
    story(shop);
    assertThat(shop.cluster().measured().sum(CALLS, made)).isGreaterThan(before);
  }

  @Test
  void versionsAreCountedWhenTheyAreMadeAndWhenTheyComeBack(Shop shop) {
    Map<String, String> kind = Map.of("kind", "ConfigMap");
    Measured before = shop.cluster().measured();
    story(shop);
    shop.apply(configMap("app-config", "FOO", "b"));
    shop.awaitObject("configmap/app-config-v001");
    shop.apply(configMap("app-config", "FOO", "a"));
    Measured after = shop.cluster().measured();

    assertThat(after.sum("lockstep_versions_made_total", kind))
        .isGreaterThanOrEqualTo(before.sum("lockstep_versions_made_total", kind) + 2);
    assertThat(after.sum("lockstep_versions_reused_total", kind))
        .isGreaterThanOrEqualTo(before.sum("lockstep_versions_reused_total", kind) + 1);
  }

  @Test
  void whatIsBehindHeldOrWaitingIsCounted(Shop shop) {
    story(shop);
    shop.apply(workload("Deployment", "waits", "app:1", "not-there"));
    Workload held = new Workload(shop, "deployment/my-app");
    held.settled();
    shop.apply(
        configMap("app-config", "FOO", "b")
            + workload("Deployment", "my-app", "app:2", "app-config"));
    shop.apply(workload("Deployment", "left-behind", "app:1", "app-config"));
    held.settled();
    held.undo();
    shop.apply(configMap("app-config", "FOO", "c"));

    // Others count as well: the cluster is shared.
    for (String name : List.of("behind", "held", "waiting")) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> shop.cluster().measured().sum("lockstep_workloads_" + name, NONE) >= 1);
    }
  }

  @Test
  void noLabelHoldsWhatTheClusterHolds(Shop shop) {
    String name = story(shop);
    // Words of ours and of the API; names of namespaces and objects here have dashes.
    Pattern bounded = Pattern.compile("[a-z]+|ConfigMap|Secret|[1-5]xx|[0-9.E+-]+|\\+Inf");
    Measured measured = shop.cluster().measured();

    assertThat(measured.text()).doesNotContain(name, "app-config", "my-app");
    assertThat(
            measured.samples().stream()
                .filter(sample -> sample.name().startsWith("lockstep_"))
                .flatMap(sample -> sample.labels().values().stream())
                .distinct())
        .isNotEmpty()
        .allMatch(value -> bounded.matcher(value).matches());
  }
}
