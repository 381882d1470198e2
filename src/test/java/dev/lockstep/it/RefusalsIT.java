package dev.lockstep.it;

import static dev.lockstep.it.Await.waiting;
import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody's policy wants what a version does not have. A ValidatingAdmissionPolicy answers with
 * the code of its reason, and with 422 where it gives none.
 */
@OnRealCluster
class RefusalsIT {
  private static final String NAME_IN_CONTAINER =
      "/spec/template/spec/containers/0/envFrom/0/configMapRef/name";

  /** Every ConfigMap needs a label; a binding to this namespace alone. */
  private static String policy(Shop shop, String reason) {
    return """
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata: {name: %1$s-team}
    spec:
      failurePolicy: Fail
      matchConstraints:
        resourceRules:
          - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}
      validations:
        - expression: has(object.metadata.labels) && 'team' in object.metadata.labels
          message: label team is needed
          %2$s
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata: {name: %1$s-team}
    spec:
      policyName: %1$s-team
      validationActions: [Deny]
      matchResources:
        namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
    """
        .formatted(shop.name(), reason.isEmpty() ? "" : "reason: " + reason);
  }

  private static void forbid(Shop shop, String reason) {
    shop.apply(policy(shop, reason));
    waiting()
        .until(
            () -> shop.tryKubectl("", "create", "configmap", "no-team", "--dry-run=server").err(),
            told -> told.contains("label team is needed"));
  }

  private static void allow(Shop shop) {
    shop.kubectl("delete", "validatingadmissionpolicybinding", shop.name() + "-team");
    shop.kubectl("delete", "validatingadmissionpolicy", shop.name() + "-team");
  }

  private static String labelled(String value) {
    return configMap("app-config", "FOO", value)
        .replace("name: app-config", "name: app-config\n  labels: {team: blue}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Invalid", "Forbidden", "RequestEntityTooLarge"})
  void aVersionThatIsRefusedIsToldWhenItsHeadIsWrittenWhateverTheCode(String reason, Shop shop) {
    forbid(shop, reason);
    try {
      Result applied = shop.tryApply(labelled("bar"));

      assertThat(applied.exit()).isNotZero();
      assertThat(applied.err())
          .contains("lockstep: cannot make version v000", "label team is needed");
      assertThat(shop.find("configmap/app-config")).isEmpty();
    } finally {
      allow(shop);
    }
  }

  @Test
  void aPolicyThatComesLaterLocksNeitherHeadNorWorkload(Shop shop) {
    shop.apply(labelled("bar") + workload("Deployment", "app", "app:1", "app-config"));
    forbid(shop, "");
    try {
      Result changed = shop.tryApply(labelled("baz"));
      assertThat(changed.err()).contains("label team is needed");
      shop.apply(workload("Deployment", "app", "app:2", "app-config"));
      JsonNode deployment = shop.get("deployment/app");
      assertThat(deployment.at(NAME_IN_CONTAINER).asText()).isEqualTo("app-config-v000");

      shop.apply(
          labelled("baz")
              .replace("labels:", "annotations: {lockstep.dev/versioned: 'false'}\n  labels:"));
      assertThat(shop.get("configmap/app-config").at("/data/FOO").asText()).isEqualTo("baz");
    } finally {
      allow(shop);
    }
  }
}
