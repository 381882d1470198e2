package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several managers of one workload: what each declares stays as in plain Kubernetes, names aside.
 * Each step is made in an opted-in namespace and in one that is not, and both have to look alike.
 */
@OnRealCluster
class OwnershipIT {
  private static final String APP = "deployment/my-app";

  /** What a manager declares of the workload besides its image. */
  private record Declared(boolean volume, boolean variable, boolean envFrom) {
    static final Declared ALL = new Declared(true, true, true);
    static final Declared NONE = new Declared(false, false, false);

    static Declared random(Random random) {
      return new Declared(random.nextBoolean(), random.nextBoolean(), random.nextBoolean());
    }

    String deployment(String image) {
      StringBuilder pod =
          new StringBuilder("containers:\n  - name: app\n    image: " + image + "\n");
      if (variable) {
        pod.append(
            """
                env:
                  - name: E
                    valueFrom:
                      configMapKeyRef:
                        name: extra-config
                        key: FOO
            """);
      }
      if (envFrom) {
        pod.append(
            """
                envFrom:
                  - configMapRef:
                      name: extra-config
            """);
      }
      if (volume) {
        pod.append(
            """
                volumeMounts:
                  - name: extra
                    mountPath: /extra
            volumes:
              - name: extra
                configMap:
                  name: extra-config
            """);
      }
      return Manifests.workload("Deployment", "my-app", pod.toString());
    }
  }

  /** One namespace with Lockstep and one without, in which the same is done. */
  private static final class Pair {
    final Shop bound;
    final Shop plain;
    final List<String> history = new ArrayList<>();

    Pair(Shop bound) {
      this.bound = bound;
      this.plain = Shop.closed(bound.cluster());
      for (Shop shop : List.of(bound, plain)) {
        shop.apply(configMap("extra-config", "FOO", "a"));
      }
    }

    /**
     * Server-side apply. Without force it may be a conflict with Lockstep where it is none without:
     * the manifest says the head's name, another manager owns that of a version. It is forced then,
     * as kubectl's message says.
     */
    void apply(String manager, Declared declared, String image, boolean forces) {
      String yaml = declared.deployment(image);
      history.add(manager + (forces ? " forces " : " applies ") + declared + " " + image);
      Result there = server(plain, yaml, manager, forces);
      Result here = server(bound, yaml, manager, forces);
      if (there.exit() == 0 && here.exit() != 0 && !forces) {
        assertThat(here.err()).as("%s", history).contains("conflict");
        here = server(bound, yaml, manager, true);
      }
      assertThat(here.exit())
          .as("%s: %s / %s", history, there.err(), here.err())
          .isEqualTo(there.exit());
      compare();
    }

    private static Result server(Shop shop, String yaml, String manager, boolean forces) {
      return shop.tryApply(
          yaml, "--server-side", "--field-manager=" + manager, "--force-conflicts=" + forces);
    }

    void undo() {
      history.add("undo");
      Result there = plain.tryKubectl("", "rollout", "undo", APP);
      Result here = bound.tryKubectl("", "rollout", "undo", APP);
      assertThat(here.exit())
          .as("%s: %s / %s", history, there.err(), here.err())
          .isEqualTo(there.exit());
      compare();
    }

    void setImage(String image) {
      history.add("set image " + image);
      for (Shop shop : List.of(plain, bound)) {
        shop.kubectl("set", "image", APP, "app=" + image);
      }
      compare();
    }

    private void compare() {
      assertThat(shape(bound)).as("%s", history).isEqualTo(shape(plain));
    }

    /** Volumes, variables and mounts, with each version's name as its head's. */
    private static String shape(Shop shop) {
      JsonNode spec = shop.get(APP).at("/spec/template/spec");
      JsonNode container = spec.at("/containers/0");
      return String.join(
              "\n",
              spec.path("volumes").toString(),
              container.path("env").toString(),
              container.path("envFrom").toString(),
              container.path("volumeMounts").toString(),
              container.path("image").toString())
          .replaceAll("extra-config-v\\d{3}", "extra-config");
    }
  }

  @Test
  void whatAnotherManagerDeclaresStaysWholeWhenOneLetsGo(Shop shop) {
    Pair pair = new Pair(shop);
    pair.apply("first", Declared.ALL, "app:1", false);
    pair.apply("second", Declared.ALL, "app:1", true);

    pair.apply("second", Declared.NONE, "app:1", false);

    JsonNode spec = shop.get(APP).at("/spec/template/spec");
    assertThat(spec.at("/volumes/0/configMap/name").asText()).isEqualTo("extra-config-v000");
    assertThat(spec.at("/volumes/0/emptyDir").isMissingNode()).isTrue();
    assertThat(spec.at("/containers/0/env/0/valueFrom/configMapKeyRef/name").asText())
        .isEqualTo("extra-config-v000");
    assertThat(spec.at("/containers/0/envFrom/0/configMapRef/name").asText())
        .isEqualTo("extra-config-v000");
    // The one who still declares it owns it again, and takes it away by not declaring it.
    pair.apply("first", Declared.NONE, "app:1", false);
    assertThat(shop.get(APP).at("/spec/template/spec/volumes").isMissingNode()).isTrue();
  }

  @Test
  void whatAnUndoBroughtBackStaysWholeWhenTheManifestLetsGo(Shop shop) {
    Pair pair = new Pair(shop);
    pair.apply("gitops", Declared.ALL, "app:1", true);
    pair.apply("gitops", Declared.NONE, "app:1", true);
    pair.undo();
    pair.apply("gitops", Declared.ALL, "app:1", true);

    pair.apply("gitops", Declared.NONE, "app:1", true);

    assertThat(shop.get(APP).at("/spec/template/spec/volumes/0/configMap/name").asText())
        .isEqualTo("extra-config-v000");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void anyHistoryLeavesWhatItLeavesInPlainKubernetes(long seed, Shop shop) {
    Random random = new Random(seed);
    Pair pair = new Pair(shop);
    List<String> managers = List.of("first", "second", "third");
    pair.apply("first", Declared.random(random), "app:1", false);
    for (int step = 0; step < 14; step++) {
      switch (random.nextInt(6)) {
        case 0 -> pair.undo();
        case 1 -> pair.setImage("app:" + (1 + random.nextInt(3)));
        default ->
            pair.apply(
                managers.get(random.nextInt(managers.size())),
                Declared.random(random),
                "app:" + (1 + random.nextInt(2)),
                random.nextInt(3) > 0);
      }
    }
  }
}
