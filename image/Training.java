import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Trains the AOT cache while the image is built: runs the server as the image does, plays the API
 * server for it, and sends it reviews over TLS, so that the classes and the profiles of methods
 * which these need are in the cache. What it plays is only as true as that takes.
 *
 * <p>Usage, in the server's folder: {@code java -cp CLASSES Training CACHE}.
 */
final class Training {
  private static final int REVIEWS = 3000;
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String PASSWORD = "training";
  private static final Pattern HASH = Pattern.compile("h1-[0-9a-f]{32}");
  private static final Pattern PATCH = Pattern.compile("\"patch\" *: *\"([^\"]*)\"");
  private static final Pattern NAME = Pattern.compile("\"name\" *: *\"([^\"]*)\"");

  private final Map<String, String> objects = new ConcurrentHashMap<>();
  private final Path folder;
  private final HttpClient client;
  private final int webhooks = freePort();
  private final int management = freePort();

  private Training(Path folder) throws Exception {
    this.folder = folder;
    KeyStore keys = makeCertificate();
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(keys);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    client = HttpClient.newBuilder().sslContext(tls).connectTimeout(PATIENCE).build();
  }

  public static void main(String[] arguments) throws Exception {
    int code = 1;
    try {
      new Training(Files.createTempDirectory("training")).run(Path.of(arguments[0]));
      code = 0;
    } catch (Exception e) {
      e.printStackTrace();
    }
    // Threads of what was played may still wait for something.
    System.exit(code);
  }

  private void run(Path cache) throws Exception {
    HttpServer api =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.setExecutor(Executors.newCachedThreadPool());
    api.createContext("/", this::answer);
    api.start();
    objects.put(
        "/api/v1/namespaces/shop",
        "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'shop','labels':{'lockstep.dev/versioning':'enabled'}}}"
            .replace('\'', '"'));
    Process server = start(cache, api.getAddress().getPort());
    try {
      awaitReady(server);
      review();
      get("http://127.0.0.1:" + management + "/q/metrics");
    } finally {
      // SIGTERM: the JVM writes the cache at its orderly end.
      server.destroy();
    }
    if (!server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || !Files.exists(cache)) {
      throw new IllegalStateException("the server ended without a cache");
    }
    System.out.printf("trained with %d reviews: %d bytes%n", 2 * REVIEWS, Files.size(cache));
  }

  /** The same options as in the image, or the cache would not fit. */
  private Process start(Path cache, int api) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                java("java"),
                "@java.options",
                // As in a container: a large heap has other addresses, and code in the cache would
                // not fit.
                "-XX:MaxRAM=512m",
                "-XX:AOTCacheOutput=" + cache,
                "-jar",
                "quarkus-run.jar")
            .inheritIO();
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBERNETES_MASTER",
                "http://127.0.0.1:" + api,
                "LOCKSTEP_TLS_MODE",
                "files",
                "LOCKSTEP_TLS_CERTIFICATE",
                folder.resolve("tls.crt").toString(),
                "LOCKSTEP_TLS_KEY",
                folder.resolve("tls.key").toString(),
                "QUARKUS_HTTP_SSL_PORT",
                "" + webhooks,
                "QUARKUS_MANAGEMENT_PORT",
                "" + management));
    return builder.start();
  }

  private void awaitReady(Process server) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isReady()) {
      if (!server.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException("the server does not get ready");
      }
      Thread.sleep(100);
    }
  }

  private boolean isReady() throws InterruptedException {
    try {
      return get("http://127.0.0.1:" + management + "/q/health/ready").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<String> get(String url) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  // --- Reviews ---

  private void review() throws Exception {
    String head =
        "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'app-config'%s},'data':{'FOO':'bar'}}";
    String workload =
        "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'my-app'},'spec':{'template':{'spec':"
            + "{'containers':[{'name':'app','image':'app','envFrom':[{'configMapRef':{'name':'app-config'}}]}]}}}}";
    for (int i = 0; i < REVIEWS; i++) {
      String stamp = patch("heads", "", "configmaps", head.formatted(""));
      Matcher hash = HASH.matcher(stamp);
      if (!hash.find()) {
        throw new IllegalStateException("no hash in " + stamp);
      }
      // As the API server would have persisted it.
      objects.put(
          "/api/v1/namespaces/shop/configmaps/app-config",
          head.formatted(
                  (",'namespace':'shop','labels':{'lockstep.dev/role':'head','lockstep.dev/version':'v000',"
                          + "'lockstep.dev/content':'%s'},'annotations':{'lockstep.dev/newest':'v000'}")
                      .formatted(hash.group()))
              .replace('\'', '"'));
      String bound = patch("workloads", "apps", "deployments", workload);
      if (!bound.contains("app-config-v000")) {
        throw new IllegalStateException("not bound: " + bound);
      }
    }
  }

  /** The patch that the webhook answers with. */
  private String patch(String webhook, String group, String resource, String object)
      throws IOException, InterruptedException {
    String review =
        ("{'apiVersion':'admission.k8s.io/v1','kind':'AdmissionReview','request':{'uid':'training',"
                + "'kind':{'group':'%1$s','version':'v1','kind':''},'resource':{'group':'%1$s','version':'v1','resource':'%2$s'},"
                + "'name':'','namespace':'shop','operation':'CREATE','userInfo':{'username':'training'},'dryRun':false,"
                + "'object':%3$s,'oldObject':null,'options':{'apiVersion':'meta.k8s.io/v1','kind':'CreateOptions'}}}")
            .formatted(group, resource, object)
            .replace('\'', '"');
    URI url = URI.create("https://localhost:" + webhooks + "/mutate/" + webhook);
    String answer =
        client
            .send(
                HttpRequest.newBuilder(url)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(review))
                    .build(),
                BodyHandlers.ofString())
            .body();
    Matcher patch = PATCH.matcher(answer);
    if (!patch.find()) {
      throw new IllegalStateException("no patch in " + answer);
    }
    return new String(Base64.getDecoder().decode(patch.group(1)), StandardCharsets.UTF_8);
  }

  // --- The API server ---

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange;
        InputStream in = exchange.getRequestBody()) {
      String path = exchange.getRequestURI().getPath();
      String query = "" + exchange.getRequestURI().getQuery();
      String body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      if (query.contains("watch=true")) {
        exchange.sendResponseHeaders(200, 0);
        // Nothing ever happens, until all ends.
        Thread.sleep(PATIENCE.toMillis());
        return;
      }
      int code = 200;
      String answer = body;
      switch (exchange.getRequestMethod()) {
        case "GET" -> {
          boolean known = isCollection(path) || objects.containsKey(path);
          code = known ? 200 : 404;
          answer = objects.getOrDefault(path, known ? EMPTY_LIST : NOT_FOUND);
        }
        case "POST" -> {
          code = 201;
          Matcher name = NAME.matcher(body);
          if (!query.contains("dryRun") && name.find()) {
            objects.put(path + "/" + name.group(1), body);
          }
        }
        case "PUT" -> objects.put(path, body);
        default -> answer = objects.getOrDefault(path, body);
      }
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(code, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final String EMPTY_LIST =
      "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}";
  private static final String NOT_FOUND =
      "{\"apiVersion\":\"v1\",\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404}";

  /** {@code /api/v1} or {@code /apis/GROUP/VERSION}, then names of kinds and objects in turn. */
  private static boolean isCollection(String path) {
    int prefix = path.startsWith("/apis/") ? 4 : 3;
    return (path.split("/").length - prefix) % 2 == 1;
  }

  // --- What it takes ---

  private KeyStore makeCertificate() throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    java("keytool"),
                    "-genkeypair",
                    "-alias",
                    "tls",
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=dns:localhost",
                    "-validity",
                    "1",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .inheritIO()
            .start();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException("keytool made no certificate");
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    pem("tls.crt", "CERTIFICATE", keys.getCertificate("tls").getEncoded());
    pem("tls.key", "PRIVATE KEY", keys.getKey("tls", PASSWORD.toCharArray()).getEncoded());
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("tls", keys.getCertificate("tls"));
    return trusted;
  }

  private void pem(String file, String type, byte[] content) throws IOException {
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
            .formatted(type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)));
  }

  private static String java(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
