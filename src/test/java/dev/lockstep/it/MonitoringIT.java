package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What the chart brings for those who watch over Lockstep: each metric that it names is there. */
@OnRealCluster
class MonitoringIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path RUNBOOK = Path.of("docs/operations.md");
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:lockstep|jvm|process|system)_[a-z0-9_]+)(?:\\{([^}]*)\\})?");
  private static final Pattern MATCHED = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)");
  private static final Pattern GROUPED = Pattern.compile("by \\(([^)]*)\\)");

  /** Given by Prometheus itself, to whatever it reads. */
  private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job");

  private static List<JsonNode> chart(RealCluster cluster, String... options) {
    List<String> command =
        new ArrayList<>(List.of("template", "lockstep", "helm/lockstep", "--namespace", "ops"));
    command.add("--set=certificates.mode=secret,certificates.caBundle=none");
    command.addAll(List.of(options));
    String yaml = cluster.run("helm", command, "").orFail().out();
    return StreamSupport.stream(new Yaml().loadAll(yaml).spliterator(), false)
        .filter(object -> object != null)
        .<JsonNode>map(JSON::valueToTree)
        .toList();
  }

  private static List<JsonNode> monitored(RealCluster cluster) {
    return chart(
        cluster,
        "--set=monitoring.serviceMonitor.enabled=true",
        "--set=monitoring.prometheusRule.enabled=true",
        "--set=monitoring.prometheusRule.runbook=https://docs.example.com/operations.md",
        "--set=monitoring.dashboard.enabled=true");
  }

  private static JsonNode only(List<JsonNode> objects, String kind, String name) {
    List<JsonNode> found =
        objects.stream()
            .filter(object -> object.path("kind").asText().equals(kind))
            .filter(object -> object.at("/metadata/name").asText().equals(name))
            .toList();
    assertThat(found).as("%s %s", kind, name).hasSize(1);
    return found.get(0);
  }

  private static JsonNode dashboard(RealCluster cluster) throws JsonProcessingException {
    JsonNode configMap = only(monitored(cluster), "ConfigMap", "lockstep-dashboard");
    assertThat(configMap.at("/metadata/labels/grafana_dashboard").asText()).isEqualTo("1");
    return JSON.readTree(configMap.at("/data/lockstep.json").asText());
  }

  private static List<JsonNode> alerts(RealCluster cluster) {
    List<JsonNode> alerts = new ArrayList<>();
    only(monitored(cluster), "PrometheusRule", "lockstep")
        .at("/spec/groups")
        .forEach(group -> group.path("rules").forEach(alerts::add));
    assertThat(alerts).isNotEmpty();
    return alerts;
  }

  /** Every expression of panels and alerts, by where it is. */
  private static Map<String, String> expressions(RealCluster cluster)
      throws JsonProcessingException {
    Map<String, String> expressions = new TreeMap<>();
    for (JsonNode panel : dashboard(cluster).path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        expressions.put(
            panel.path("title").asText() + " " + target.path("refId").asText(),
            target.path("expr").asText());
      }
    }
    alerts(cluster)
        .forEach(a -> expressions.put(a.path("alert").asText(), a.path("expr").asText()));
    assertThat(expressions).hasSizeGreaterThan(20);
    return expressions;
  }

  @Test
  void everyMetricAndLabelOfPanelsAndAlertsIsThere(Shop shop) throws IOException {
    shop.apply(
        configMap("app-config", "FOO", "a")
            + workload("Deployment", "my-app", "app:1", "app-config"));
    shop.awaitObject("configmap/app-config-v000");
    Measured measured = shop.cluster().measured();

    expressions(shop.cluster())
        .forEach(
            (place, expression) -> {
              Set<String> labels = new TreeSet<>(OF_PROMETHEUS);
              Set<String> asked = new TreeSet<>();
              Matcher metric = METRIC.matcher(expression);
              assertThat(metric.find()).as(place).isTrue();
              metric.reset();
              while (metric.find()) {
                assertThat(measured.names()).as(place).contains(metric.group(1));
                labels.addAll(measured.labelsOf(metric.group(1)));
                asked.addAll(found(MATCHED, metric.group(2)));
              }
              found(GROUPED, expression)
                  .forEach(list -> asked.addAll(List.of(list.split(",\\s*"))));
              assertThat(labels).as(place).containsAll(asked);
            });
  }

  private static Set<String> found(Pattern pattern, String text) {
    return text == null
        ? Set.of()
        : pattern.matcher(text).results().map(r -> r.group(1)).collect(Collectors.toSet());
  }

  @Test
  void everyAlertLinksToItsSectionOfTheRunbook(RealCluster cluster) throws IOException {
    Set<String> sections =
        Files.readString(RUNBOOK)
            .lines()
            .filter(line -> line.startsWith("### Lockstep"))
            .map(line -> line.substring("### ".length()))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> alerts = new TreeSet<>();
    for (JsonNode alert : alerts(cluster)) {
      String name = alert.path("alert").asText();
      alerts.add(name);
      assertThat(alert.at("/annotations/runbook_url").asText())
          .isEqualTo("https://docs.example.com/operations.md#" + name.toLowerCase());
      assertThat(alert.at("/annotations/summary").asText()).as(name).isNotEmpty();
      assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning");
    }

    assertThat(sections).isEqualTo(alerts);
  }

  @Test
  void panelsSayWhatTheyShowAndAreThoseThatAreAskedFor(RealCluster cluster) throws IOException {
    String all = dashboard(cluster).toString();
    assertThat(all)
        .contains("lockstep_versions_made_total", "lockstep_versions_deleted_total")
        .contains("lockstep_admission_duration_seconds_bucket", "outcome")
        .contains("lockstep_workloads_behind", "lockstep_workloads_held")
        .contains("lockstep_reconcile_failing", "lockstep_retention_failures_total")
        .contains("lockstep_certificate_expiry_seconds");
    Set<Integer> ids = new TreeSet<>();
    for (JsonNode panel : dashboard(cluster).path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).as("ids are unique").isTrue();
      assertThat(panel.path("title").asText()).isNotEmpty();
    }
  }

  @Test
  void theServiceMonitorFindsTheServiceOfMetrics(RealCluster cluster) {
    List<JsonNode> objects = monitored(cluster);
    JsonNode service = only(objects, "Service", "lockstep-metrics");
    JsonNode monitor = only(objects, "ServiceMonitor", "lockstep");

    monitor
        .at("/spec/selector/matchLabels")
        .properties()
        .forEach(
            label ->
                assertThat(service.at("/metadata/labels").path(label.getKey()))
                    .isEqualTo(label.getValue()));
    assertThat(monitor.at("/spec/endpoints/0/port")).isEqualTo(service.at("/spec/ports/0/name"));
    assertThat(service.at("/spec/ports/0/port").asInt()).isEqualTo(9000);
  }

  @Test
  void nothingOfItIsInstalledUnasked(RealCluster cluster) {
    List<JsonNode> objects = chart(cluster);
    assertThat(objects)
        .extracting(object -> object.path("kind").asText())
        .contains("Deployment", "FlowSchema")
        .doesNotContain("ServiceMonitor", "PrometheusRule");
    assertThat(objects)
        .extracting(object -> object.at("/metadata/name").asText())
        .doesNotContain("lockstep-dashboard", "lockstep-metrics");
  }

  @Test
  void ourOwnCallsHaveSeatsOfTheirOwn(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "a"));
    shop.awaitObject("configmap/app-config-v000");

    Measured apiServer =
        Measured.of(
            shop.cluster()
                .run("kubectl", List.of("get", "--raw=/metrics"), "")
                .orFail()
                .out()
                .lines()
                .filter(line -> line.startsWith("apiserver_flowcontrol_dispatched_requests_total"))
                .collect(Collectors.joining("\n")));
    Map<String, String> ours = Map.of("flow_schema", "lockstep", "priority_level", "workload-high");
    assertThat(apiServer.sum("apiserver_flowcontrol_dispatched_requests_total", ours)).isPositive();
    assertThat(apiServer.samples())
        .filteredOn(s -> "lockstep".equals(s.labels().get("flow_schema")))
        .allSatisfy(s -> assertThat(s.labels()).containsEntry("priority_level", "workload-high"));
  }
}
