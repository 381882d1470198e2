package dev.lockstep.it;

import static dev.lockstep.it.Await.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The policy of docs/security.md protects a Secret by its name, also where it has versions. */
@OnRealCluster
class PolicyByNameIT {
  private static final Pattern POLICY =
      Pattern.compile("```yaml\n(apiVersion: admissionregistration.*?)```", Pattern.DOTALL);

  private static final String[] PLACES = {
    "envFrom: [{secretRef: {name: %s}}]",
    "env: [{name: A, valueFrom: {secretKeyRef: {name: %s, key: token}}}]",
    "}], volumes: [{name: v, secret: {secretName: %s}",
    "}], volumes: [{name: v, projected: {sources: [{secret: {name: %s}}]}"
  };

  @Test
  void noNameOfTheSecretGetsPast(Shop shop) throws IOException {
    shop.apply(
        Manifests.secret("vault-root", "token", "t") + Manifests.secret("mine", "token", "t"));
    shop.awaitObject("secret/vault-root-v000");
    shop.awaitObject("secret/mine-v000");
    Matcher policy = POLICY.matcher(Files.readString(Path.of("docs/security.md")));
    assertThat(policy.find()).isTrue();
    // For the namespace of this test alone: others name Secrets as they like.
    String yaml =
        policy
            .group(1)
            .replace("protected-secrets", shop.name() + "-secrets")
            .replace(
                "  validationActions: [Deny]",
                "  validationActions: [Deny]\n  matchResources: {namespaceSelector: {matchLabels: "
                    + "{kubernetes.io/metadata.name: %s}}}".formatted(shop.name()));
    try {
      shop.apply(yaml);
      waiting().until(() -> tries(shop, PLACES[0], "vault-root").exit() != 0);

      for (String place : PLACES) {
        for (String name : new String[] {"vault-root", "vault-root-v000"}) {
          assertThat(tries(shop, place, name).err())
              .as("%s: %s", place, name)
              .contains("Secret vault-root is for the vault team alone");
        }
        for (String name : new String[] {"mine", "mine-v000"}) {
          assertThat(tries(shop, place, name).err()).as("%s: %s", place, name).isEmpty();
        }
      }
    } finally {
      shop.tryKubectl(yaml, "delete", "-f", "-");
    }
  }

  private static Result tries(Shop shop, String place, String name) {
    String deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: thief}
        spec:
          selector: {matchLabels: {app: thief}}
          template:
            metadata: {labels: {app: thief}}
            spec: {containers: [{name: a, image: a, %s}]}
        """;
    return shop.tryKubectl(
        deployment.formatted(place.formatted(name)), "create", "--dry-run=server", "-f", "-");
  }
}
