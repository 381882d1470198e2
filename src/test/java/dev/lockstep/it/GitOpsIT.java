package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Argo CD and Flux, played, not run: kubectl makes the requests that they make, and their
 * comparisons are made here. What is played is from the sources of Argo CD 3 (gitops-engine, {@code
 * pkg/diff} and {@code pkg/utils/kube}) and of Flux 2 ({@code fluxcd/pkg/ssa}).
 */
@OnRealCluster
class GitOpsIT {
  private static final String APP = "deployment/my-app";
  private static final String HEAD = "configmap/app-config";
  private static final List<String> ALL = List.of(HEAD, APP);

  /** What Git has at one commit: the tool's own mark is on each object. */
  private record Commit(List<String> manifests) {
    static Commit of(String value, String image, String mark) {
      return new Commit(
          Stream.of(
                  configMap("app-config", "FOO", value),
                  workload("Deployment", "my-app", image, "app-config"))
              .map(yaml -> yaml.replaceAll("(?m)^metadata:\n", "metadata:\n  " + mark + "\n"))
              .toList());
    }

    String manifest(String object) {
      return manifests.get(ALL.indexOf(object));
    }
  }

  /** Argo CD with an Application of this shop; {@code mode} is its option ServerSideApply. */
  private record ArgoCd(Shop shop, String mode) {
    private static final String TRACKING = "argocd.argoproj.io/tracking-id";
    private static final String MANAGER = "--field-manager=argocd-controller";

    static Commit commit(String value, String image) {
      return Commit.of(value, image, "annotations: {%s: \"shop:app/object\"}".formatted(TRACKING));
    }

    /** Applies each of these objects by itself, ConfigMaps before Deployments. */
    void sync(Commit commit, List<String> objects) {
      for (String object : objects) {
        if (mode.equals("--server-side")) {
          shop.apply(commit.manifest(object), mode, MANAGER, "--force-conflicts");
        } else {
          shop.apply(commit.manifest(object), mode, MANAGER);
        }
      }
    }

    /** What is OutOfSync with {@code ServerSideDiff=true,IncludeMutationWebhook=true}. */
    List<String> serverSideDiff(Commit commit) {
      return ALL.stream()
          .filter(
              object -> !comparable(predicted(commit, object)).equals(comparable(shop.get(object))))
          .toList();
    }

    private JsonNode predicted(Commit commit, String object) {
      return Shop.json(
          shop.apply(
              commit.manifest(object),
              "--server-side",
              "--dry-run=server",
              MANAGER,
              "--force-conflicts",
              "-o",
              "json"));
    }

    /** Argo CD takes off no more than this. */
    private static JsonNode comparable(JsonNode object) {
      ObjectNode copy = object.deepCopy();
      ObjectNode metadata = copy.withObject("/metadata");
      metadata.remove(List.of("managedFields", "resourceVersion", "creationTimestamp"));
      metadata
          .withObject("/annotations")
          .remove("kubectl.kubernetes.io/last-applied-configuration");
      return copy;
    }

    /** Which fields of the manifest live doesn't have so: what the default diff comes down to. */
    List<String> defaultDiff(Commit commit, String object) {
      String manifest = commit.manifest(object);
      JsonNode wanted =
          Shop.json(
              shop.tryKubectl(manifest, "create", "-f", "-", "--dry-run=client", "-o", "json")
                  .orFail());
      return differences("", wanted, shop.get(object));
    }

    private static List<String> differences(String path, JsonNode wanted, JsonNode live) {
      if (wanted.isObject()) {
        return wanted.properties().stream()
            .flatMap(
                field ->
                    differences(
                        path + "/" + field.getKey(), field.getValue(), live.path(field.getKey()))
                        .stream())
            .toList();
      }
      if (wanted.isArray() && wanted.size() == live.size()) {
        return IntStream.range(0, wanted.size())
            .boxed()
            .flatMap(i -> differences(path + "/" + i, wanted.get(i), live.get(i)).stream())
            .toList();
      }
      return wanted.equals(live) ? List.of() : List.of(path);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=false", "--server-side"})
  void argoCdsServerSideDiffIsInSyncAndItsDefaultDiffIsNot(String mode, Shop shop) {
    ArgoCd argo = new ArgoCd(shop, mode);
    Commit commit = ArgoCd.commit("a", "app:1");
    argo.sync(commit, ALL);
    Workload.State first = new Workload(shop, APP).settled();

    assertThat(argo.serverSideDiff(commit)).isEmpty();
    assertThat(argo.defaultDiff(commit, HEAD)).isEmpty();
    // The one path that a recipe with ignoreDifferences has to name.
    assertThat(argo.defaultDiff(commit, APP))
        .containsExactly("/spec/template/spec/containers/0/envFrom/0/configMapRef/name");

    argo.sync(commit, ALL);
    assertThat(new Workload(shop, APP).settled().generation()).isEqualTo(first.generation());
    assertThat(argo.serverSideDiff(commit)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=false", "--server-side"})
  void anArgoCdSyncOfAConfigMapOnlyCommitMovesTheDeployment(String mode, Shop shop) {
    ArgoCd argo = new ArgoCd(shop, mode);
    argo.sync(ArgoCd.commit("a", "app:1"), ALL);
    Workload app = new Workload(shop, APP);
    assertThat(app.settled().names()).containsExactly("app-config-v000");
    Commit commit = ArgoCd.commit("b", "app:1");
    assertThat(argo.serverSideDiff(commit)).containsExactly(HEAD);

    argo.sync(commit, ALL);

    assertThat(app.settled().names()).containsExactly("app-config-v001");
    assertThat(argo.serverSideDiff(commit)).isEmpty();
    assertThat(app.undo().names()).containsExactly("app-config-v000");
    assertThat(argo.serverSideDiff(commit)).containsExactly(APP);
  }

  @Test
  void argoCdsOptionApplyOutOfSyncOnlyLeavesTheDeploymentForTheNextSync(Shop shop) {
    ArgoCd argo = new ArgoCd(shop, "--server-side");
    argo.sync(ArgoCd.commit("a", "app:1"), ALL);
    Commit commit = ArgoCd.commit("b", "app:1");

    argo.sync(commit, argo.serverSideDiff(commit));
    assertThat(new Workload(shop, APP).settled().names()).containsExactly("app-config-v000");
    assertThat(argo.serverSideDiff(commit)).containsExactly(APP);

    argo.sync(commit, argo.serverSideDiff(commit));
    assertThat(new Workload(shop, APP).settled().names()).containsExactly("app-config-v001");
    assertThat(argo.serverSideDiff(commit)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=false", "--server-side"})
  void argoCdsOptionRespectIgnoreDifferencesPinsTheWorkload(String mode, Shop shop) {
    ArgoCd argo = new ArgoCd(shop, mode);
    argo.sync(ArgoCd.commit("a", "app:1"), ALL);
    // It puts what is ignored from live into the manifest: the version's name.
    Commit commit = ArgoCd.commit("b", "app:1");
    String deployment = commit.manifest(APP).replace("name: app-config", "name: app-config-v000");

    argo.sync(new Commit(List.of(commit.manifest(HEAD), deployment)), ALL);

    assertThat(Traces.version(shop.get(HEAD))).isEqualTo("v001");
    assertThat(new Workload(shop, APP).settled().names()).containsExactly("app-config-v000");
  }

  @Test
  void versionsAreNotTrackedByArgoCd(Shop shop) {
    ArgoCd argo = new ArgoCd(shop, "--server-side");
    argo.sync(ArgoCd.commit("a", "app:1"), ALL);

    JsonNode version = shop.awaitObject("configmap/app-config-v000");

    assertThat(Shop.meta(shop.get(HEAD), "annotations", ArgoCd.TRACKING)).isNotEmpty();
    assertThat(Shop.meta(version, "annotations", ArgoCd.TRACKING)).isEmpty();
  }

  /** Flux' kustomize-controller with a Kustomization of this shop. */
  private record Flux(Shop shop) {
    private static final String OWNED = "kustomize.toolkit.fluxcd.io/name=shop";

    static Commit commit(String value, String image) {
      return Commit.of(value, image, "labels: {%s}".formatted(OWNED.replace("=", ": ")));
    }

    /** One interval: a dry run of all, then what differs is applied. Answers what that was. */
    List<String> reconcile(Commit commit) {
      List<String> drifted = new ArrayList<>();
      for (String object : ALL) {
        JsonNode dryRun = Shop.json(apply(commit, object, "--dry-run=server", "-o", "json"));
        if (shop.find(object).filter(live -> isSame(live, dryRun)).isEmpty()) {
          drifted.add(object);
        }
      }
      drifted.forEach(object -> apply(commit, object));
      return drifted;
    }

    private Result apply(Commit commit, String object, String... flags) {
      return tryApply(commit, object, flags).orFail();
    }

    Result tryApply(Commit commit, String object, String... flags) {
      return shop.tryApply(
          commit.manifest(object),
          Stream.concat(
                  Stream.of(
                      "--server-side", "--field-manager=kustomize-controller", "--force-conflicts"),
                  Stream.of(flags))
              .toArray(String[]::new));
    }

    private static boolean isSame(JsonNode live, JsonNode dryRun) {
      return Stream.of("/metadata/labels", "/metadata/annotations")
              .allMatch(path -> live.at(path).equals(dryRun.at(path)))
          && content(live).equals(content(dryRun));
    }

    private static JsonNode content(JsonNode object) {
      ObjectNode copy = object.deepCopy();
      return copy.remove(List.of("metadata", "status"));
    }
  }

  @Test
  void aConfigMapOnlyCommitReachesTheWorkloadOneIntervalOfFluxLater(Shop shop) {
    Flux flux = new Flux(shop);
    Workload app = new Workload(shop, APP);
    assertThat(flux.reconcile(Flux.commit("a", "app:1"))).isEqualTo(ALL);
    assertThat(app.settled().names()).containsExactly("app-config-v000");
    assertThat(flux.reconcile(Flux.commit("a", "app:1"))).isEmpty();

    assertThat(flux.reconcile(Flux.commit("b", "app:1"))).containsExactly(HEAD);
    assertThat(app.settled().names()).containsExactly("app-config-v000");

    assertThat(flux.reconcile(Flux.commit("b", "app:1"))).containsExactly(APP);
    assertThat(app.settled().names()).containsExactly("app-config-v001");
    assertThat(flux.reconcile(Flux.commit("b", "app:1"))).isEmpty();
  }

  @Test
  void aCommitOfConfigAndCodeReachesTheWorkloadInTheSameIntervalOfFlux(Shop shop) {
    Flux flux = new Flux(shop);
    Workload app = new Workload(shop, APP);
    flux.reconcile(Flux.commit("a", "app:1"));
    app.settled();

    assertThat(flux.reconcile(Flux.commit("b", "app:2"))).isEqualTo(ALL);

    assertThat(app.settled().names()).containsExactly("app-config-v001");
    assertThat(app.now().image()).isEqualTo("app:2");
    assertThat(app.undo().names()).containsExactly("app-config-v000");
    assertThat(flux.reconcile(Flux.commit("b", "app:2"))).containsExactly(APP);
    assertThat(app.settled().names()).containsExactly("app-config-v001");
    assertThat(app.now().held()).isEmpty();
  }

  @Test
  void withAutoNoIntervalOfFluxIsNeeded(Shop shop) {
    shop.kubectl("annotate", "namespace", shop.name(), "lockstep.dev/rollout=auto");
    Flux flux = new Flux(shop);
    flux.reconcile(Flux.commit("a", "app:1"));
    Workload app = new Workload(shop, APP);
    app.settled();

    flux.reconcile(Flux.commit("b", "app:1"));

    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> app.now().names().equals(List.of("app-config-v001")));
    assertThat(flux.reconcile(Flux.commit("b", "app:1"))).isEmpty();
  }

  @Test
  void whatFluxPrunesAreHeadsAndNoVersions(Shop shop) {
    Flux flux = new Flux(shop);
    Commit commit = Flux.commit("a", "app:1");
    flux.reconcile(commit);
    new Workload(shop, APP).settled();

    shop.kubectl("delete", "configmap", "-l", Flux.OWNED);

    assertThat(shop.find(HEAD)).isEmpty();
    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
    Result dryRun = flux.apply(commit, APP, "--dry-run=server", "-o", "json");
    assertThat(Flux.isSame(shop.get(APP), Shop.json(dryRun))).isTrue();
  }

  /** Flux tries all before it applies anything: a new ConfigMap isn't there by then. */
  @Test
  void fluxCanNotDeployWhatIsDeniedWithoutItsConfig(Shop shop) {
    shop.kubectl("annotate", "namespace", shop.name(), "lockstep.dev/missing=deny");

    Result dryRun = new Flux(shop).tryApply(Flux.commit("a", "app:1"), APP, "--dry-run=server");

    assertThat(dryRun.exit()).isNotZero();
    assertThat(dryRun.err()).contains("lockstep: cannot");
  }
}
