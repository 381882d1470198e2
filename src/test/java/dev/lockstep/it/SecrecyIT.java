package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * After a run in which Secrets were created, changed, refused and malformed, nothing of what they
 * hold is in logs (at debug level), metrics, Events, answers to reviews, or what an audit log at
 * level RequestResponse has besides bodies of Secrets' own requests. In a cluster of its own, with
 * such a log.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Order(1)
class SecrecyIT {
  private static final String OURS = "system:serviceaccount:lockstep-system:lockstep";

  /** What the Secrets of the run hold. */
  private static final List<String> VALUES = new ArrayList<>();

  /** Answers of the server to reviews, as they came. */
  private static final List<String> ANSWERS = new ArrayList<>();

  private static RealCluster cluster;
  private static Shop shop;
  private static Path auditLog;

  @BeforeAll
  static void run() throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "secrecy").toAbsolutePath());
    auditLog = folder.resolve("audit.log");
    Files.deleteIfExists(auditLog);
    Path policy = folder.resolve("policy.yaml");
    Files.writeString(
        policy,
        """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
          - level: RequestResponse
        """);
    cluster =
        new RealCluster(
            "secrecy-cluster",
            "--apiserver-arg=--audit-policy-file=" + policy,
            "--apiserver-arg=--audit-log-path=" + auditLog);
    cluster.install(
        Map.of(
            "LOCKSTEP_QUIET_PERIOD", "1s",
            "QUARKUS_LOG_LEVEL", "DEBUG",
            "QUARKUS_LOG_CATEGORY__IO_FABRIC8__LEVEL", "DEBUG",
            "QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true"));
    shop = Shop.open(cluster);
    createAndChange();
    refuseByQuota();
    refuseByAPolicyThatQuotes();
    sendWhatCanNotBe();
    sendReviews();
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static ConditionFactory waiting() {
    return await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(200));
  }

  private static String value(String what) {
    // A multiple of three bytes: its base64 is the same within a longer text.
    String value = "correct-horse-%s-battery-staple-".formatted(what);
    value += "x".repeat((3 - value.length() % 3) % 3);
    VALUES.add(value);
    return value;
  }

  private static String deployment(String name, String image, String secret) {
    return workload(
        "Deployment",
        name,
        """
        containers:
          - name: app
            image: %s
            envFrom:
              - secretRef:
                  name: %s
        """
            .formatted(image, secret));
  }

  private static void createAndChange() {
    Workload app = new Workload(shop, "deployment/my-app");
    shop.apply(
        secret("login", "PASSWORD", value("first")) + deployment("my-app", "app:1", "login"));
    app.settled();
    shop.apply(
        secret("login", "PASSWORD", value("second")) + deployment("my-app", "app:2", "login"));
    app.settled();
    app.undo();
    app.restart();
    shop.apply(secret("login", "PASSWORD", value("third")));
    shop.awaitObject("secret/login-v002");
    shop.apply(configMap("login", "PASSWORD", value("in-a-config-map")));
    shop.apply(deployment("waits", "app:1", "not-there"));
    assertThat(shop.tryKubectl("", "delete", "secret", "login-v000").exit()).isNotZero();
  }

  private static void refuseByQuota() {
    Quotas.full(shop, "secrets");
    assertThat(shop.tryApply(secret("login", "PASSWORD", value("over-quota"))).err())
        .contains("lockstep: cannot", "exceeded quota");
    shop.kubectl("delete", "quota", "few");
  }

  /** It looks at versions alone, and says all that it sees. */
  private static void refuseByAPolicyThatQuotes() {
    shop.apply(secret("quoted", "PASSWORD", value("quoted")));
    shop.awaitObject("secret/quoted-v000");
    shop.apply(
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: quoting}
        spec:
          matchConstraints:
            resourceRules:
              - {apiGroups: [""], apiVersions: [v1], resources: [secrets], operations: [CREATE]}
          validations:
            - expression: '!object.metadata.?name.orValue("").startsWith("quoted-v")'
              messageExpression: '"no " + string(object.data.PASSWORD)'
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: {name: quoting}
        spec: {policyName: quoting, validationActions: [Deny]}
        """);
    waiting()
        .until(
            () ->
                shop.tryApply(secret("quoted-v9", "PASSWORD", "nothing"), "--dry-run=server").err(),
            err -> err.contains("quoting"));
    shop.kubectl("delete", "secret", "quoted-v000");
    shop.kubectl("label", "secret", "quoted", "team=blue");
    waiting().until(() -> told("VersionRefused").contains("quoted"));
    Result reader = shop.tryApply(deployment("reader", "app:1", "quoted"));
    assertThat(reader.err()).contains("lockstep: cannot").contains("refused with 422");
    ANSWERS.add(reader.err());
  }

  private static String told(String reason) {
    return shop.list("events", "").stream()
        .filter(event -> event.path("reason").asText().equals(reason))
        .map(event -> event.at("/involvedObject/name").asText())
        .toList()
        .toString();
  }

  private static void sendWhatCanNotBe() {
    String tooLarge = value("too-large") + "x".repeat(1_100_000);
    assertThat(shop.tryKubectl(secret("large", "PASSWORD", tooLarge), "create", "-f", "-").exit())
        .isNotZero();
    assertThat(
            shop.tryKubectl(
                    secret("bad", "PASSWORD", value("no-base64")).replace("stringData", "data"),
                    "create",
                    "-f",
                    "-")
                .exit())
        .isNotZero();
    shop.tryKubectl(secret("n".repeat(250), "PASSWORD", value("long-name")), "create", "-f", "-");
  }

  /** Past the API server: it would not let these through. */
  private static void sendReviews() {
    Reviews reviews = new Reviews(cluster);
    ObjectNode bad =
        Reviews.json(
            """
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "bad"},
             "data": {"PASSWORD": "%s!"}}
            """
                .formatted(value("in-a-review")));
    ObjectNode good = bad.deepCopy();
    good.putObject("data").put("PASSWORD", base64(value("forged")));
    ObjectNode other = good.deepCopy();
    other.putObject("data").put("PASSWORD", base64(value("forged-before")));
    for (ObjectNode review :
        List.of(
            Reviews.create(shop.name(), bad),
            Reviews.create(shop.name(), good),
            Reviews.update(shop.name(), good, other),
            Reviews.update(shop.name(), other, bad))) {
      JsonNode answer = reviews.answer(Reviews.HEADS, review);
      ANSWERS.add(answer.toString());
      if (answer.has("patch")) {
        ANSWERS.add(Reviews.patch(answer).toString());
      }
    }
    String cut = Reviews.create(shop.name(), good).toString();
    ANSWERS.add(reviews.post(Reviews.HEADS, cut.substring(0, cut.length() - 20)).asString());
    ANSWERS.add(reviews.post(Reviews.WORKLOADS, "\"" + value("no-review") + "\"").asString());
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A value as it is, as Secrets have it, and as a hash without a key would be. */
  private static Stream<String> forms(String value) {
    try {
      String hash =
          HexFormat.of()
              .formatHex(
                  MessageDigest.getInstance("SHA-256")
                      .digest(value.getBytes(StandardCharsets.UTF_8)));
      return Stream.of(value, base64(value), base64(base64(value)), hash.substring(0, 32));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertHoldsNothingOf(String what, String text) {
    assertThat(VALUES).hasSizeGreaterThan(10);
    for (String value : VALUES) {
      assertThat(forms(value).filter(text::contains).toList())
          .as("%s holds %s", what, value)
          .isEmpty();
    }
  }

  private static List<JsonNode> audit() {
    try (Stream<String> lines = Files.lines(auditLog)) {
      // The last line may be half written.
      return lines.filter(line -> line.endsWith("}")).<JsonNode>map(Reviews::json).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theLogHoldsNoneAtDebugLevel() {
    String log = cluster.read("logs/server.log");
    assertThat(log).contains("\"level\":\"DEBUG\"", shop.name(), "login");
    assertHoldsNothingOf("the log", log);
  }

  @Test
  void metricsHoldNone() {
    assertHoldsNothingOf("metrics", cluster.measured().text());
  }

  @Test
  void eventsHoldNone() {
    String events =
        cluster.run("kubectl", List.of("get", "events", "-A", "-o", "json"), "").orFail().out();
    assertThat(events).contains("VersionMade", "VersionRefused");
    assertHoldsNothingOf("an Event", events);
  }

  @Test
  void answersToReviewsHoldNone() {
    assertThat(ANSWERS).hasSizeGreaterThan(5).allSatisfy(answer -> assertThat(answer).isNotEmpty());
    assertHoldsNothingOf("an answer", String.join("\n", ANSWERS));
  }

  @Test
  void metadataOfHeadsVersionsAndWorkloadsHoldsNone() {
    for (String kind : List.of("secrets", "deployments", "replicasets", "pods")) {
      for (JsonNode object : shop.list(kind, "")) {
        ObjectNode metadata = object.path("metadata").deepCopy();
        // kubectl's own, of who applies Secrets from files.
        metadata
            .withObject("/annotations")
            .remove("kubectl.kubernetes.io/last-applied-configuration");
        assertHoldsNothingOf(kind, metadata.toString());
      }
    }
  }

  @Test
  void theAuditLogHoldsNoneButInBodiesOfSecretsOwnRequests() {
    List<JsonNode> events = audit();
    assertThat(events.toString())
        .contains("\"patch.webhook.admission.k8s.io", "\"heads.lockstep.dev/version\":\"v000\"");
    for (JsonNode event : events) {
      ObjectNode rest = event.deepCopy();
      String resource = event.at("/objectRef/resource").asText();
      boolean isOurs = event.at("/user/username").asText().equals(OURS);
      if (resource.equals("secrets") || resource.equals("configmaps") || !isOurs) {
        // Of these the API server logs what it was sent, what it answered, and what policies said.
        rest.remove(List.of("requestObject", "responseObject", "responseStatus"));
      }
      assertHoldsNothingOf("the audit log", rest.toString());
    }
  }

  @Test
  void theAuditLogSaysWhatEachWorkloadWasBoundTo() {
    assertThat(audit())
        .filteredOn(e -> e.at("/objectRef/name").asText().equals("my-app"))
        .filteredOn(e -> e.at("/objectRef/resource").asText().equals("deployments"))
        .extracting(e -> e.path("annotations").path("workloads.lockstep.dev/bindings").asText())
        .contains("secret/login=v000", "secret/login=v001");
    assertThat(audit())
        .extracting(e -> e.path("annotations").path("workloads.lockstep.dev/held").asText())
        .contains("secret/login=v000");
    assertThat(audit())
        .extracting(e -> e.path("annotations").path("workloads.lockstep.dev/waiting").asText())
        .contains("secret/not-there");
  }

  @Test
  void everyLineOfTheLogIsAnObjectThatSaysWhatItIsAbout() {
    List<ObjectNode> lines =
        cluster
            .read("logs/server.log")
            .lines()
            .filter(line -> line.startsWith("{") && line.endsWith("}"))
            .map(Reviews::json)
            .toList();

    assertThat(lines)
        .filteredOn(line -> line.path("message").asText().endsWith("/login-v000: made"))
        .hasSize(2)
        .allSatisfy(
            line -> {
              assertThat(line.at("/mdc/namespace").asText()).isEqualTo(shop.name());
              assertThat(line.at("/mdc/name").asText()).isEqualTo("login-v000");
              assertThat(line.at("/mdc/version").asText()).isEqualTo("v000");
            });
    assertThat(lines)
        .filteredOn(line -> line.path("message").asText().contains("denied with 403"))
        .isNotEmpty()
        .allSatisfy(
            line -> {
              assertThat(line.at("/mdc/namespace").asText()).isEqualTo(shop.name());
              assertThat(line.at("/mdc/user").asText()).isEqualTo("admin");
              assertThat(line.at("/mdc/name").asText()).isNotEmpty();
            });
  }
}
