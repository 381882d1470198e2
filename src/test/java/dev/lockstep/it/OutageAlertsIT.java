package dev.lockstep.it;

import static dev.lockstep.it.Await.waiting;
import static dev.lockstep.it.Manifests.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.yaml.snakeyaml.Yaml;

/**
 * An outage of which the servers know nothing: the API server can't call them. The alert on the API
 * server's own count has to see it. One test after the other in a cluster of their own.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Order(1)
class OutageAlertsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ALERTS = Path.of("helm/lockstep/alerts/lockstep.yaml");
  private static final Pattern SELECTOR =
      Pattern.compile(
          "(apiserver_[a-z_]+)\\{name=~\"([^\"]+)\"(?:,error_type!=\"([^\"]+)\")?\\}\\[");

  private static RealCluster cluster;

  private Shop shop;

  @BeforeAll
  static void start() {
    cluster = new RealCluster("outage-alerts");
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  @BeforeEach
  void install() {
    // Nobody puts back what the tests break.
    cluster.install(Map.of(), "--certificates=secret");
    shop = Shop.open(cluster);
  }

  @AfterEach
  void uninstall() {
    cluster.uninstall();
  }

  /** What the alert's expression would sum up, as the API server counts it now. */
  private static double counted(String alert) throws IOException {
    JsonNode rules = JSON.valueToTree(new Yaml().load(Files.readString(ALERTS)));
    String expression =
        StreamSupport.stream(rules.at("/groups/0/rules").spliterator(), false)
            .filter(rule -> rule.path("alert").asText().equals(alert))
            .map(rule -> rule.path("expr").asText())
            .findFirst()
            .orElseThrow();
    Matcher selector = SELECTOR.matcher(expression);
    assertThat(selector.find()).as(expression).isTrue();
    Measured measured =
        Measured.of(
            cluster
                .run("kubectl", List.of("get", "--raw=/metrics"), "")
                .orFail()
                .out()
                .lines()
                .filter(line -> line.startsWith("apiserver_"))
                .filter(line -> line.contains("webhook"))
                .reduce("apiserver_up 1", (all, line) -> all + "\n" + line));
    return measured.samples().stream()
        .filter(sample -> sample.name().equals(selector.group(1)))
        .filter(sample -> sample.labels().getOrDefault("name", "").matches(selector.group(2)))
        .filter(
            sample ->
                selector.group(3) == null
                    || !sample.labels().get("error_type").equals(selector.group(3)))
        .mapToDouble(Measured.Sample::value)
        .sum();
  }

  private static void patch(String jsonPatch) {
    cluster
        .run(
            "kubectl",
            List.of(
                "patch", "mutatingwebhookconfiguration/lockstep", "--type=json", "-p", jsonPatch),
            "")
        .orFail();
  }

  private static String replace(String field, String value) {
    return "[{\"op\":\"replace\",\"path\":\"/webhooks/0/" + field + "\",\"value\":" + value + "}]";
  }

  private Result applied() {
    return shop.tryApply(configMap("app-config", "FOO", "bar"));
  }

  private void assertThatItIsSeen(String broken, String told) throws IOException {
    double before = counted("LockstepCallsFail");
    assertThat(applied().exit()).isZero();
    assertThat(counted("LockstepCallsFail")).isEqualTo(before);

    patch(broken);

    // The API server learns of it by a watch.
    shop.kubectl("delete", "configmap/app-config");
    waiting()
        .until(
            () -> shop.tryApply(configMap("app-config", "FOO", "baz"), "--dry-run=server"),
            result -> result.err().contains(told));
    assertThat(counted("LockstepCallsFail")).isGreaterThan(before);
  }

  @Test
  void aBundleOfAnotherCaIsSeen() throws IOException {
    String other =
        "\""
            + Base64.getEncoder().encodeToString(Files.readAllBytes(cluster.file("pki/ca.crt")))
            + "\"";

    assertThatItIsSeen(replace("clientConfig/caBundle", other), "x509");
  }

  @Test
  void aPortThatNobodyAnswersIsSeen() throws IOException {
    assertThatItIsSeen(
        replace("clientConfig/url", "\"https://127.0.0.1:1/mutate/heads\""), "connection refused");
  }

  @Test
  void whatIsLetPassIsSeen() throws IOException {
    double before = counted("LockstepPassedBy");
    patch(replace("clientConfig/url", "\"https://127.0.0.1:1/mutate/heads\""));
    patch(replace("failurePolicy", "\"Ignore\""));

    waiting()
        .until(
            () -> shop.tryApply(configMap("other", "FOO", "bar"), "--dry-run=server").exit(),
            exit -> exit == 0);
    waiting().until(() -> counted("LockstepPassedBy") > before);
  }
}
