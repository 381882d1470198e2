package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the container is like that runs. */
@OnRealNode
class ImageNodeIT {
  private static final Pattern STARTED = Pattern.compile("started in ([0-9.]+)s");
  private static final Pattern HEAP_MAX =
      Pattern.compile("(?m)^jvm_memory_max_bytes\\{area=\"heap\".*} ([0-9.E]+)$");
  private static final double LIMIT_BYTES = 512 * 1024 * 1024;

  private static Installation installation;
  private static String pod;

  @BeforeAll
  static void install(RealCluster cluster) {
    installation = Installation.of(cluster, CertificateMode.SECRET);
    pod = installation.pod();
  }

  private static Result inContainer(String command) {
    return installation.tryKubectl("exec", pod, "--", "sh", "-c", command);
  }

  @Test
  void itRunsAsNobodyWithoutCapabilitiesOnAReadOnlyRoot() {
    assertThat(inContainer("id -u; id -g").out()).isEqualTo("65532\n65532\n");
    assertThat(inContainer("grep -h CapEff: /proc/1/status").out()).endsWith("0000000000000000\n");
    assertThat(inContainer("grep -h NoNewPrivs: /proc/1/status").out()).endsWith("1\n");
    assertThat(inContainer("touch /app/file").err()).contains("Read-only file system");
    assertThat(inContainer("touch /tmp/file && rm /tmp/file").exit()).isZero();
  }

  @Test
  void aNamespaceThatTakesOnlyRestrictedPodsTakesIt() {
    // Enforced since before the pods came.
    assertThat(installation.pods()).hasSize(2);
    assertThat(
            installation
                .kubectl(
                    "label",
                    "namespace",
                    Installation.NAMESPACE,
                    "--overwrite",
                    "--dry-run=server",
                    "pod-security.kubernetes.io/warn=restricted",
                    "pod-security.kubernetes.io/enforce=restricted")
                .err())
        .doesNotContain("violate");
  }

  @Test
  void itStartsFromItsCache() {
    assertThat(inContainer("cat /proc/1/maps").out()).contains("/app/lockstep.aot");
  }

  @Test
  void aCacheThatIsMissingOrDoesNotFitIsNotNeeded() {
    String java = "java @java.options -Xmx16m -XX:AOTCache=%s -version";
    assertThat(inContainer(java.formatted("/tmp/missing")).exit()).isZero();
    assertThat(inContainer("echo broken >/tmp/broken; " + java.formatted("/tmp/broken")).exit())
        .isZero();
    assertThat(inContainer("rm /tmp/broken").exit()).isZero();
  }

  @Test
  void itsHeapLeavesRoomInTheContainer() {
    String metrics =
        installation
            .kubectl(
                "get",
                "--raw",
                "/api/v1/namespaces/%s/pods/%s:9000/proxy/q/metrics"
                    .formatted(Installation.NAMESPACE, pod))
            .out();

    List<Double> pools =
        HEAP_MAX.matcher(metrics).results().map(pool -> Double.valueOf(pool.group(1))).toList();

    assertThat(pools).isNotEmpty();
    assertThat(pools.stream().mapToDouble(Double::doubleValue).sum())
        .isLessThanOrEqualTo(0.6 * LIMIT_BYTES);
  }

  @Test
  void itCarriesTheListOfWhatItIsMadeOf() {
    assertThat(inContainer("cat lockstep.cdx.json").out())
        .contains("\"bomFormat\" : \"CycloneDX\"", "pkg:maven/io.quarkus/quarkus-vertx-http@")
        .doesNotContain("pkg:maven/org.assertj/");
  }

  @Test
  void itIsReadyInLessThanAMinuteAndSaysHowFast() {
    Matcher started = STARTED.matcher(installation.kubectl("logs", pod).out());

    assertThat(started.find()).isTrue();
    System.out.println("the server started in " + started.group(1) + " s");
  }
}
