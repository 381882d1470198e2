package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** Values that operators of clusters set, and what becomes of them. */
@OnRealCluster
class ChartValuesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IMAGE = "--set=image.repository=registry.example.com/team/lockstep";
  private static final int LONGEST_RELEASE = 53;

  private static Result template(RealCluster cluster, String release, String... options) {
    List<String> all =
        new ArrayList<>(List.of("template", release, "helm/lockstep", "--namespace=ops"));
    all.addAll(List.of(options));
    return cluster.run("helm", all, "");
  }

  /** Read strictly: a key that stands twice in a map is an error. */
  private static List<JsonNode> objects(RealCluster cluster, String release, String... options) {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    String yaml = template(cluster, release, options).orFail().out();
    return StreamSupport.stream(new Yaml(strict).loadAll(yaml).spliterator(), false)
        .filter(document -> document != null)
        .<JsonNode>map(JSON::valueToTree)
        .toList();
  }

  private static JsonNode only(List<JsonNode> objects, String kind) {
    List<JsonNode> found =
        objects.stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
    assertThat(found).as(kind).hasSize(1);
    return found.get(0);
  }

  private static JsonNode pod(RealCluster cluster, String... options) {
    String[] all = Stream.concat(Stream.of(IMAGE), Stream.of(options)).toArray(String[]::new);
    return only(objects(cluster, "lockstep", all), "Deployment").at("/spec/template/spec");
  }

  @Test
  void nobodysImageIsPulledByDefault(RealCluster cluster) {
    Result result = template(cluster, "lockstep");

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains("image.repository is empty: set it to where");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          image.tag=v1                                              | registry.example.com/team/lockstep:v1
          image.tag=v1,global.imageRegistry=mirror.corp:5000        | mirror.corp:5000/team/lockstep:v1
          image.tag=v1,image.registry=mirror.corp/cache             | mirror.corp/cache/team/lockstep:v1
          image.tag=v1,image.repository=lockstep,image.registry=a.b | a.b/lockstep:v1
          image.tag=v1,image.repository=team/lockstep               | team/lockstep:v1
          """)
  void theImageIsWhereItIsSaidToBe(String values, String image, RealCluster cluster) {
    assertThat(pod(cluster, "--set=" + values).at("/containers/0/image").asText()).isEqualTo(image);
  }

  @Test
  void anUmbrellaChartsSecretsAreTakenOver(RealCluster cluster) {
    JsonNode pod =
        pod(
            cluster,
            "--set=imagePullSecrets[0].name=ours,global.imagePullSecrets={theirs,ours}",
            "--set=global.imagePullSecrets[2].name=as-object");

    assertThat(pod.path("imagePullSecrets").toString())
        .isEqualTo("[{\"name\":\"ours\"},{\"name\":\"theirs\"},{\"name\":\"as-object\"}]");
  }

  @Test
  void aLabelThatStandsInTwoPlacesIsWrittenOnce(RealCluster cluster) {
    JsonNode deployment =
        only(
            objects(
                cluster,
                "lockstep",
                IMAGE,
                "--set=commonLabels.team=a,podLabels.team=b",
                "--set=commonLabels.app\\.kubernetes\\.io/name=other"),
            "Deployment");

    assertThat(deployment.at("/metadata/labels/team").asText()).isEqualTo("a");
    assertThat(deployment.at("/spec/template/metadata/labels/team").asText()).isEqualTo("b");
    assertThat(deployment.at("/spec/template/metadata/labels/app.kubernetes.io~1name"))
        .isEqualTo(deployment.at("/spec/selector/matchLabels/app.kubernetes.io~1name"));
  }

  @Test
  void everyObjectHasTheCommonAnnotations(RealCluster cluster) {
    assertThat(
            objects(
                cluster,
                "lockstep",
                IMAGE,
                "--set=commonAnnotations.team=a",
                "--set=networkPolicy.enabled=true,monitoring.serviceMonitor.enabled=true",
                "--set=monitoring.podMonitor.enabled=true,monitoring.prometheusRule.enabled=true",
                "--set=monitoring.dashboard.enabled=true,certificates.mode=cert-manager"))
        .filteredOn(object -> !object.at("/metadata/annotations").has("helm.sh/hook"))
        .hasSizeGreaterThan(25)
        .allSatisfy(
            object ->
                assertThat(object.at("/metadata/annotations/team").asText())
                    .as("%s", object)
                    .isEqualTo("a"));
  }

  @Test
  void theLongestNameOfAReleaseMakesNoNameTooLong(RealCluster cluster) {
    String release = "r".repeat(LONGEST_RELEASE);

    assertThat(
            objects(
                cluster,
                release,
                IMAGE,
                "--set=monitoring.serviceMonitor.enabled=true,certificates.mode=cert-manager"))
        .filteredOn(
            object ->
                List.of("Service", "Namespace", "Pod", "Deployment")
                    .contains(object.path("kind").asText()))
        .hasSize(5)
        .extracting(object -> object.at("/metadata/name").asText())
        .allSatisfy(name -> assertThat(name).hasSizeLessThanOrEqualTo(63));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          config.drain=25s                                  | Take at least 40
          config.drain=1m                                   | Take at least 75
          extraEnv[0].name=LOCKSTEP_DRAIN                   | extraEnv: LOCKSTEP_DRAIN is set by the chart
          extraEnv[0].name=A,extraEnv[1].name=A             | extraEnv: A is set by the chart, or stands there twice
          config.copiedLabels={app.kubernetes.io/instance}  | would take over labels under app.kubernetes.io/instance
          config.copiedLabels={argocd.argoproj.io/instance} | would take over labels under argocd.argoproj.io/
          config.copiedLabels={app.kubernetes.io/*}          | would take over labels under app.kubernetes.io/instance
          selfPolicy.allowUndo=true,webhook.failurePolicy=Ignore | selfPolicy.allowUndo needs webhook.failurePolicy=Fail
          """)
  void whatCanNotBeIsTold(String values, String sentence, RealCluster cluster) {
    Result result = template(cluster, "lockstep", IMAGE, "--set=" + values);

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains(sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hostNetworks=true",
        "webhook.port=0",
        "startupProbe.failureTreshold=1",
        "config.secrets=some",
        "config.logLevel=LOUD",
        "selfPolicy.enable=false",
        "service.ipFamilyPolicy=Both",
        "monitoring.podMonitor.scrapeTimeout=soon",
        "updateStrategy.rollingUpdate.maxSurges=1"
      })
  void aTypingErrorIsTold(String setting, RealCluster cluster) {
    Result result = template(cluster, "lockstep", IMAGE, "--set=" + setting);

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains("schema");
  }

  @Test
  void onTheNodesNetworkThePortsAreThoseThatAreGiven(RealCluster cluster) {
    List<JsonNode> objects =
        objects(cluster, "lockstep", "--values=helm/lockstep/ci/host-network-values.yaml");
    JsonNode pod = only(objects, "Deployment").at("/spec/template/spec");

    assertThat(pod.path("hostNetwork").asBoolean()).isTrue();
    assertThat(pod.path("dnsPolicy").asText()).isEqualTo("ClusterFirstWithHostNet");
    assertThat(pod.at("/containers/0/ports").toString()).contains("10260", "10261");
    assertThat(pod.at("/containers/0/env").toString())
        .contains("{\"name\":\"QUARKUS_HTTP_SSL_PORT\",\"value\":\"10260\"}")
        .contains("{\"name\":\"QUARKUS_MANAGEMENT_PORT\",\"value\":\"10261\"}");
    assertThat(
            objects.stream()
                .filter(object -> object.path("kind").asText().equals("Service"))
                .map(service -> service.at("/spec/ports/0/targetPort").asText()))
        .containsExactly("webhook");
  }

  @Test
  void alertsLinkToNothingWhileThereIsNoPage(RealCluster cluster) {
    String alerts =
        only(
                objects(cluster, "lockstep", IMAGE, "--set=monitoring.prometheusRule.enabled=true"),
                "PrometheusRule")
            .toString();

    assertThat(alerts).contains("LockstepDown", "summary").doesNotContain("runbook", "RUNBOOK");
  }

  /** Where only Secrets that say so get versions, no other is sent; the cluster is left alone. */
  @Test
  void aSecretThatDoesNotAskIsNotSent(RealCluster cluster) {
    JsonNode webhooks =
        only(
            objects(cluster, "lockstep", IMAGE, "--set=config.secrets=annotated"),
            "MutatingWebhookConfiguration");

    assertThat(webhooks.at("/webhooks/0/matchConditions").toString())
        .contains("no-secret-that-does-not-ask");
    assertThat(only(objects(cluster, "lockstep", IMAGE), "MutatingWebhookConfiguration").toString())
        .doesNotContain("no-secret-that-does-not-ask");
  }

  static Stream<String> rights() {
    return Stream.of("true", "false");
  }

  @ParameterizedTest
  @MethodSource("rights")
  void podsAreDeletedOnlyWhereThatIsAskedFor(String isAsked, RealCluster cluster) {
    String manifest =
        template(cluster, "lockstep", IMAGE, "--set=config.helpStuckStatefulSets=" + isAsked)
            .orFail()
            .out();

    assertThat(
            Right.given(manifest).stream()
                .anyMatch(
                    right -> right.verb().equals("delete") && right.resource().equals("pods")))
        .isEqualTo(Boolean.parseBoolean(isAsked));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          replicaCount=1               | replicaCount is 1
          webhook.failurePolicy=Ignore | webhook.failurePolicy is Ignore
          webhook.timeoutSeconds=5     | webhook.timeoutSeconds is 5
          selfPolicy.enabled=false     | selfPolicy.enabled is false
          versionPolicy.enabled=false  | versionPolicy.enabled is false
          """)
  void theNotesWarn(String values, String warning, RealCluster cluster) {
    assertThat(notes(cluster, IMAGE)).doesNotContain("WARNING");
    assertThat(notes(cluster, IMAGE, "--set=" + values)).contains("WARNING: " + warning);
  }

  private static String notes(RealCluster cluster, String... options) {
    List<String> all =
        new ArrayList<>(
            List.of("install", "notes", "helm/lockstep", "--dry-run=client", "--namespace=ops"));
    all.addAll(List.of(options));
    String out = cluster.run("helm", all, "").orFail().out();
    return out.substring(out.indexOf("NOTES:"));
  }
}
