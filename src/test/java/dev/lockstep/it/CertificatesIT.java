package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates in each of the three ways. A cluster of its own: each test begins without any. */
@Execution(ExecutionMode.SAME_THREAD)
@Order(1)
class CertificatesIT {
  private static final String NAMESPACE = "lockstep-system";
  private static final String SECRET = "lockstep-certificates";
  private static final List<String> CONFIGURATIONS =
      List.of("mutatingwebhookconfiguration/lockstep", "validatingwebhookconfiguration/lockstep");
  private static final Map<String, String> WATCHFUL = Map.of("LOCKSTEP_TLS_PERIOD", "1s");

  private static RealCluster cluster;

  @BeforeAll
  static void start() {
    cluster = new RealCluster("certificates-cluster");
  }

  @AfterEach
  void uninstall() {
    cluster.uninstall();
    kubectl("delete", "secret,lease", "--all");
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static ConditionFactory waiting() {
    return await().atMost(Duration.ofSeconds(180)).pollInterval(Duration.ofMillis(300));
  }

  private static Result kubectl(String... arguments) {
    return cluster
        .run(
            "kubectl", Stream.concat(Stream.of("-n", NAMESPACE), Stream.of(arguments)).toList(), "")
        .orFail();
  }

  private static JsonNode get(String what) {
    return Shop.json(kubectl("get", what, "-o", "json"));
  }

  /** What API servers check the server's certificate with: all CAs of all webhooks. */
  private static Set<X509Certificate> bundle() {
    Set<X509Certificate> all = new HashSet<>();
    bundles().forEach(base64 -> all.addAll(certificates(base64)));
    return all;
  }

  private static List<String> bundles() {
    return CONFIGURATIONS.stream()
        .flatMap(name -> StreamSupport.stream(get(name).path("webhooks").spliterator(), false))
        .map(webhook -> webhook.at("/clientConfig/caBundle").asText())
        .toList();
  }

  private static List<X509Certificate> certificates(String base64) {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(Base64.getDecoder().decode(base64)))
          .stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static List<X509Certificate> kept(String file) {
    return certificates(get("secret/" + SECRET).path("data").path(file).asText());
  }

  private static void setBundles(String base64, String... flags) {
    for (String configuration : CONFIGURATIONS) {
      int count = get(configuration).path("webhooks").size();
      StringBuilder patch = new StringBuilder();
      for (int i = 0; i < count; i++) {
        patch.append(i == 0 ? "[" : ",");
        patch.append(
            "{\"op\":\"add\",\"path\":\"/webhooks/%d/clientConfig/caBundle\",\"value\":\"%s\"}"
                .formatted(i, base64));
      }
      kubectl(
          Stream.concat(
                  Stream.of("patch", configuration, "--type=json", "-p", patch + "]"),
                  Stream.of(flags))
              .toArray(String[]::new));
    }
  }

  /** The certificate that the server shows; the handshake itself is with anybody. */
  private static X509Certificate served() {
    URI url = URI.create(cluster.webhooks());
    try (SSLSocket socket =
        (SSLSocket)
            trusting(bundle()).getSocketFactory().createSocket(url.getHost(), url.getPort())) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SSLContext trusting(Set<X509Certificate> authorities)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (X509Certificate authority : authorities) {
      store.setCertificateEntry(authority.getSerialNumber().toString(), authority);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** Until the API server has asked anew. */
  private static void awaitMore(Load load) {
    int before = load.admitted() + load.failures().size();
    waiting().until(() -> load.admitted() + load.failures().size() > before + Load.HEADS);
  }

  private static Response readiness() {
    return RestAssured.get(cluster.read("lockstep-management").strip() + "/q/health/ready");
  }

  private static void assertAdmits(Shop shop) {
    shop.apply(Manifests.configMap("app-config", "FOO", "bar"));
    assertThat(Traces.version(shop.get("configmap/app-config"))).isEqualTo("v000");
  }

  @Test
  void caAndLeafAreRolledUnderLoadWithoutAFailedAdmission() {
    RealCluster.Replicas replicas =
        cluster.install(
            2,
            Map.of(
                "LOCKSTEP_TLS_PERIOD", "1s",
                "LOCKSTEP_TLS_LEAF_LIFETIME", "30s",
                "LOCKSTEP_TLS_CA_LIFETIME", "90s"));
    Shop shop = Shop.open(cluster);
    Set<X509Certificate> first = bundle();
    Set<X509Certificate> leaves = new HashSet<>();
    Set<Integer> sizes = new HashSet<>();

    try (Load load = new Load(shop, 20)) {
      waiting()
          .until(
              () -> {
                leaves.addAll(kept("tls.crt"));
                Set<X509Certificate> now = bundle();
                sizes.add(now.size());
                return first.stream().noneMatch(now::contains);
              });
      awaitMore(load);
      assertThat(load.failures()).isEmpty();
    }

    assertThat(leaves).hasSizeGreaterThan(3);
    assertThat(sizes).contains(2);
    assertThat(replicas.servers()).allMatch(Program::isRunning);
    assertThat(replicas.forwarder().served()).containsOnlyKeys(replicas.ports());
    assertAdmits(shop);
  }

  @Test
  void twoReplicasThatStartAtOnceWithNothingThereGetOneCertificate() {
    cluster.install(WATCHFUL);
    cluster.stopServers();
    kubectl("delete", "secret/" + SECRET, "lease/lockstep");
    setBundles("");

    List<CompletableFuture<Program>> starting =
        Stream.of("--replica=2", "--replica=3")
            .map(name -> CompletableFuture.supplyAsync(() -> cluster.install(WATCHFUL, name)))
            .toList();
    starting.forEach(CompletableFuture::join);

    assertThat(bundle()).containsExactlyElementsOf(kept("ca.crt")).hasSize(1);
    assertThat(kept("tls.crt")).hasSize(1);
  }

  @Test
  void whatIsTakenAwayByHandIsMadeAgain() {
    cluster.install(Map.of("LOCKSTEP_TLS_PERIOD", "1s", "LOCKSTEP_TLS_LEAF_LIFETIME", "30s"));
    Shop shop = Shop.open(cluster);
    Set<X509Certificate> before = bundle();

    setBundles("");
    waiting().until(() -> bundle().equals(before));
    shop.awaitWebhooks();

    kubectl("delete", "secret", SECRET);
    waiting().until(() -> bundle().stream().noneMatch(before::contains));
    shop.awaitWebhooks();
    assertThat(bundle()).containsExactlyElementsOf(kept("ca.crt"));
    assertThat(served()).isEqualTo(kept("tls.crt").get(0));
    assertAdmits(shop);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=true", "--server-side=false"})
  void helmLeavesTheBundleAsItIs(String mode) {
    cluster.install(WATCHFUL, mode);
    Shop shop = Shop.open(cluster);
    List<String> before = bundles();

    try (Load load = new Load(shop, 10)) {
      helm("upgrade", "lockstep", "helm/lockstep", mode, "--reuse-values");
      helm(
          "upgrade",
          "lockstep",
          "helm/lockstep",
          mode,
          "--reuse-values",
          "--set=webhook.timeoutSeconds=9");
      assertThat(bundles()).isEqualTo(before);
      awaitMore(load);
      helm("rollback", "lockstep", "1", mode);
      assertThat(bundles()).isEqualTo(before);
      awaitMore(load);
      assertThat(load.failures()).isEmpty();
    }
    assertThat(get(CONFIGURATIONS.get(0)).at("/webhooks/0/timeoutSeconds").asInt()).isEqualTo(10);
  }

  private static Result helm(String... arguments) {
    return cluster
        .run("helm", Stream.concat(Stream.of("-n", NAMESPACE), Stream.of(arguments)).toList(), "")
        .orFail();
  }

  @Test
  void whatEndedWhileEverythingWasDownIsMadeAgain() {
    cluster.install(
        Map.of(
            "LOCKSTEP_TLS_PERIOD", "1s",
            "LOCKSTEP_TLS_LEAF_LIFETIME", "5s",
            "LOCKSTEP_TLS_CA_LIFETIME", "15s"));
    cluster.stopServers();
    waiting()
        .until(
            () ->
                bundle().stream()
                    .allMatch(ca -> ca.getNotAfter().toInstant().isBefore(Instant.now())));

    cluster.install(WATCHFUL);

    Set<X509Certificate> made = bundle();
    assertThat(made).hasSize(1);
    assertAdmits(Shop.open(cluster));
    // A server makes what it lacks before it leads; what has ended is the leader's to drop.
    waiting().until(() -> kept("ca.crt"), List.copyOf(made)::equals);
    assertThat(bundle()).isEqualTo(made);
  }

  @Test
  void aCertificateOfOnesOwnIsServedAnewAndReadyMeansTrusted() {
    cluster.install(WATCHFUL, "--certificates=secret");
    Shop shop = Shop.open(cluster);
    String right = bundles().get(0);
    X509Certificate before = served();

    // The same CA signs anew, as it would when a certificate is near its end.
    make("certs");
    waiting().until(() -> !served().equals(before));
    waiting()
        .until(
            () -> cluster.metric("lockstep_certificate_expiry_seconds"),
            Double.valueOf(served().getNotAfter().toInstant().getEpochSecond())::equals);
    assertAdmits(shop);

    make("other-certs");
    setBundles(base64("other-certs/ca.crt"));
    waiting().until(() -> readiness().statusCode(), Integer.valueOf(503)::equals);
    assertThat(readiness().asString()).contains("does not trust what is served");
    setBundles("");
    waiting().until(() -> readiness().asString(), said -> said.contains("has no caBundle"));
    setBundles(right);
    waiting().until(() -> readiness().statusCode(), Integer.valueOf(200)::equals);
    shop.awaitWebhooks();
  }

  private static void make(String folder) {
    Result.of(new ProcessBuilder("certs/make", cluster.file(folder).toString(), "127.0.0.1"), "")
        .orFail();
  }

  private static String base64(String file) {
    return Base64.getEncoder()
        .encodeToString(cluster.read(file).getBytes(StandardCharsets.US_ASCII));
  }

  /** cert-manager itself is not run: what it reads and writes is. */
  @Test
  void certManagersCertificateAndBundleAreUsed() {
    kubectl("apply", "-f", "src/test/resources/cert-manager-crds.yaml");
    kubectl(
        "wait",
        "--for=condition=Established",
        "crd/certificates.cert-manager.io",
        "crd/issuers.cert-manager.io");
    CompletableFuture<Program> installing =
        CompletableFuture.supplyAsync(
            () -> cluster.install(WATCHFUL, "--certificates=cert-manager"));
    waiting().until(() -> isThere("certificate.cert-manager.io/lockstep"));

    JsonNode certificate = get("certificate.cert-manager.io/lockstep");
    assertThat(certificate.at("/spec/ipAddresses/0").asText()).isEqualTo("127.0.0.1");
    assertThat(certificate.at("/spec/issuerRef/name").asText()).isEqualTo("lockstep");
    for (String configuration : CONFIGURATIONS) {
      assertThat(Shop.meta(get(configuration), "annotations", "cert-manager.io/inject-ca-from"))
          .isEqualTo(NAMESPACE + "/lockstep");
    }
    assertThat(bundle()).isEmpty();
    // The Secret of the Certificate reaches a server outside of the cluster as files.
    make("certs");
    kubectl(
        "create",
        "secret",
        "tls",
        certificate.at("/spec/secretName").asText(),
        "--cert=" + cluster.file("certs/tls.crt"),
        "--key=" + cluster.file("certs/tls.key"));
    setBundles(base64("certs/ca.crt"), "--field-manager=cert-manager-cainjector");

    installing.join();
    Shop shop = Shop.open(cluster);
    List<String> injected = bundles();
    helm(
        "upgrade", "lockstep", "helm/lockstep", "--reuse-values", "--set=webhook.timeoutSeconds=9");
    assertThat(bundles()).isEqualTo(injected);
    X509Certificate before = served();
    make("certs");
    waiting().until(() -> !served().equals(before));
    assertAdmits(shop);
  }

  private static boolean isThere(String what) {
    return cluster.run("kubectl", List.of("-n", NAMESPACE, "get", what), "").exit() == 0;
  }
}
