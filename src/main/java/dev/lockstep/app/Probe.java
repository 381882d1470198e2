package dev.lockstep.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What {@code helm test} runs: a ConfigMap that is created in an opted-in namespace (as a dry run)
 * has to come back with a stamp. Needs nothing but the JDK and the pod's ServiceAccount.
 */
final class Probe {
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  /** A namespace that was just made reaches the API server's webhooks within seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration TIME_FOR_A_CALL = Duration.ofSeconds(15);
  private static final Pattern STAMP =
      Pattern.compile("\"lockstep\\.dev/version\"\\s*:\\s*\"(v[0-9]+)\"");
  private static final String CONFIG_MAP =
      """
      {"apiVersion": "v1", "kind": "ConfigMap",
       "metadata": {"name": "lockstep-self-test"}, "data": {"FOO": "bar"}}
      """;

  private final HttpClient client;
  private final HttpRequest request;

  private Probe(String apiServer, Path serviceAccount, String namespace)
      throws GeneralSecurityException, IOException {
    client = HttpClient.newBuilder().sslContext(trust(serviceAccount.resolve("ca.crt"))).build();
    request =
        HttpRequest.newBuilder(
                URI.create(
                    apiServer + "/api/v1/namespaces/" + namespace + "/configmaps?dryRun=All"))
            .header(
                "Authorization",
                "Bearer " + Files.readString(serviceAccount.resolve("token")).strip())
            .header("Content-Type", "application/json")
            .timeout(TIME_FOR_A_CALL)
            .POST(HttpRequest.BodyPublishers.ofString(CONFIG_MAP))
            .build();
  }

  /**
   * Ends with 0 if a stamp came back, 1 if none did, 2 if it was called wrongly.
   *
   * @param arguments an opted-in namespace; where it is not run in a pod, the API server's URL and
   *     the folder with {@code token} and {@code ca.crt}
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1 && arguments.length != 3) {
      say("usage: Probe NAMESPACE [URL FOLDER]");
      System.exit(2);
    }
    Probe test =
        arguments.length == 3
            ? new Probe(arguments[1], Path.of(arguments[2]), arguments[0])
            : new Probe(ofPod(), SERVICE_ACCOUNT, arguments[0]);
    System.exit(test.passes(arguments[0]) ? 0 : 1);
  }

  private static String ofPod() {
    String host = System.getenv("KUBERNETES_SERVICE_HOST");
    return "https://%s:%s"
        .formatted(
            host.contains(":") ? "[" + host + "]" : host, System.getenv("KUBERNETES_SERVICE_PORT"));
  }

  private boolean passes(String namespace) throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      String answer = answer();
      var stamp = STAMP.matcher(answer);
      if (stamp.find()) {
        say("a ConfigMap in " + namespace + " came back as " + stamp.group(1));
        return true;
      }
      if (Instant.now().isAfter(end)) {
        say("a ConfigMap in " + namespace + " came back without a stamp: " + answer);
        say("the namespace has to be labelled lockstep.dev/versioning=enabled, and Lockstep ready");
        return false;
      }
      Thread.sleep(PAUSE.toMillis());
    }
  }

  /** What the API server says, or why it does not. */
  private String answer() throws InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static SSLContext trust(Path ca) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(ca)) {
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("ca-" + number++, each);
      }
    }
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trusted.getTrustManagers(), null);
    return context;
  }

  private static void say(String what) {
    System.out.println("lockstep: " + what);
  }
}
