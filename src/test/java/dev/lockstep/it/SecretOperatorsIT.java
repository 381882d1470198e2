package dev.lockstep.it;

import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * External Secrets and Sealed Secrets, played, not run: Secrets with a controller as owner, written
 * as those controllers write them. A ServiceAccount stands for the ExternalSecret or SealedSecret.
 */
@OnRealCluster
class SecretOperatorsIT {
  private static final String APP = "deployment/my-app";
  private static final String HEAD = "secret/app-secret";

  /** What their controllers do with labels and annotations that they didn't write. */
  private enum Operator {
    EXTERNAL_SECRETS {
      @Override
      void update(ObjectNode live, ObjectNode wanted) {
        for (String map : new String[] {"labels", "annotations"}) {
          live.withObject("/metadata/" + map).setAll((ObjectNode) wanted.at("/metadata/" + map));
        }
        live.set("data", wanted.path("data"));
      }
    },
    SEALED_SECRETS {
      @Override
      void update(ObjectNode live, ObjectNode wanted) {
        for (String map : new String[] {"labels", "annotations"}) {
          live.withObject("/metadata").set(map, wanted.at("/metadata/" + map));
        }
        live.set("data", wanted.path("data"));
      }
    };

    abstract void update(ObjectNode live, ObjectNode wanted);

    void reconcile(Shop shop, String template, String value) {
      ObjectNode wanted = wanted(shop, template, value);
      if (shop.find(HEAD).isEmpty()) {
        shop.tryKubectl(wanted.toString(), "create", "-f", "-").orFail();
        return;
      }
      ObjectNode live = shop.get(HEAD).deepCopy();
      update(live, wanted);
      shop.tryKubectl(live.toString(), "replace", "-f", "-").orFail();
    }

    private static ObjectNode wanted(Shop shop, String template, String value) {
      if (shop.find("serviceaccount/owner").isEmpty()) {
        shop.kubectl("create", "serviceaccount", "owner");
      }
      ObjectNode secret =
          Reviews.json(
              """
              {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
               "metadata": {"name": "app-secret", "labels": {"made-by": "operator"},
                 "annotations": {%s},
                 "ownerReferences": [{"apiVersion": "v1", "kind": "ServiceAccount",
                   "name": "owner", "controller": true, "blockOwnerDeletion": true}]}}
              """
                  .formatted(template));
      ((ObjectNode) secret.at("/metadata/ownerReferences/0"))
          .set("uid", shop.get("serviceaccount/owner").at("/metadata/uid"));
      secret.putObject("data").put("KEY", base64(value));
      return secret;
    }
  }

  private static final String VERSIONED = "\"lockstep.dev/versioned\": \"true\"";

  private static String base64(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }

  private static String deployment(String image) {
    return workload(
        "Deployment",
        "my-app",
        """
        containers:
          - name: app
            image: %s
            envFrom:
              - secretRef: {name: app-secret}
        """
            .formatted(image));
  }

  @ParameterizedTest
  @EnumSource(Operator.class)
  void whatTheTemplateTakesInHasVersions(Operator operator, Shop shop) {
    Workload app = new Workload(shop, APP);
    operator.reconcile(shop, VERSIONED, "a");
    shop.apply(deployment("app:1"));
    assertThat(app.settled().names()).containsExactly("app-secret-v000");

    operator.reconcile(shop, VERSIONED, "a");
    assertThat(Traces.newest(shop.get(HEAD))).isEqualTo("v000");
    operator.reconcile(shop, VERSIONED, "b");

    assertThat(Traces.version(shop.get(HEAD))).isEqualTo("v001");
    assertThat(app.now().names()).containsExactly("app-secret-v000");
    shop.apply(deployment("app:2"));
    assertThat(app.settled().names()).containsExactly("app-secret-v001");
    assertThat(app.undo().names()).containsExactly("app-secret-v000");
    assertThat(shop.get("secret/app-secret-v000").at("/data/KEY").asText()).isEqualTo(base64("a"));
    assertThat(shop.get("secret/app-secret-v001").at("/data/KEY").asText()).isEqualTo(base64("b"));
  }

  @ParameterizedTest
  @EnumSource(Operator.class)
  void anUpdateOfNothingIsNone(Operator operator, Shop shop) {
    operator.reconcile(shop, VERSIONED, "a");
    operator.reconcile(shop, VERSIONED, "a");
    JsonNode before = shop.get(HEAD);

    operator.reconcile(shop, VERSIONED, "a");

    assertThat(shop.get(HEAD).at("/metadata/resourceVersion"))
        .isEqualTo(before.at("/metadata/resourceVersion"));
  }

  @ParameterizedTest
  @EnumSource(Operator.class)
  void withoutItTheSecretIsLeftOut(Operator operator, Shop shop) {
    operator.reconcile(shop, "\"made-for\": \"the shop\"", "a");
    shop.apply(deployment("app:1"));
    operator.reconcile(shop, "\"made-for\": \"the shop\"", "b");

    assertThat(Traces.on(shop.get(HEAD))).isEmpty();
    assertThat(new Workload(shop, APP).settled().names()).containsExactly("app-secret");
    assertThat(shop.versionsOf("secret", "app-secret")).isEmpty();
  }

  @Test
  void aWorkloadKeepsItsVersionWhenTheOwnerAndItsSecretAreDeleted(Shop shop) {
    Operator.EXTERNAL_SECRETS.reconcile(shop, VERSIONED, "a");
    shop.apply(deployment("app:1"));
    Workload app = new Workload(shop, APP);
    Workload.State before = app.settled();

    shop.kubectl("delete", "serviceaccount", "owner");
    await().atMost(Duration.ofSeconds(60)).until(() -> shop.find(HEAD).isEmpty());

    assertThat(shop.versionsOf("secret", "app-secret")).containsExactly("app-secret-v000");
    Result applied = shop.apply(deployment("app:1"));
    assertThat(applied.err()).contains("Secret app-secret: is gone, v000 is kept");
    assertThat(app.settled().generation()).isEqualTo(before.generation());
  }
}
