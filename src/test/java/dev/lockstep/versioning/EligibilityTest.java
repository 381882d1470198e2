package dev.lockstep.versioning;

import static dev.lockstep.versioning.FakeCluster.SHOP;
import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static dev.lockstep.versioning.FakeCluster.secret;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EligibilityTest {
  private static final ManagedNamespace ONLY_WHAT_ASKS =
      new ManagedNamespace("shop", Map.of(Annotations.VERSIONED, "false"));

  private final ObjectNode plain = object(configMap("app-config"), Map.of("FOO", "a"));
  private final ObjectNode opaque = object(secret("app-secret"), Map.of("FOO", "a"));

  private static Eligibility.Verdict verdict(ObjectNode object, ManagedNamespace namespace) {
    HeadKind kind =
        object.path("kind").asText().equals("Secret") ? HeadKind.SECRET : HeadKind.CONFIG_MAP;
    return Eligibility.of(kind, object, Optional.empty(), namespace);
  }

  private static Optional<String> reason(ObjectNode object) {
    return verdict(object, SHOP).reason();
  }

  private static ObjectNode annotated(ObjectNode object, String key, String value) {
    object.withObject("/metadata/annotations").put(key, value);
    return object;
  }

  private static ObjectNode askedFor(ObjectNode object) {
    return annotated(object, Annotations.VERSIONED, "true");
  }

  private ObjectNode named(String name) {
    plain.withObject("/metadata").put("name", name);
    return plain;
  }

  private ObjectNode typed(String type) {
    return opaque.put("type", type);
  }

  private void isLeftOutUnlessAskedFor(ObjectNode object, String reason) {
    assertThat(reason(object)).contains(reason);
    ManagedNamespace asksForAll =
        new ManagedNamespace("shop", Map.of(Annotations.VERSIONED, "true"));
    assertThat(verdict(object, asksForAll).reason()).as("a namespace's wish").contains(reason);
    assertThat(reason(askedFor(object))).as("its own wish").isEmpty();
  }

  private void isLeftOutInAnyCase(ObjectNode object, String reason) {
    assertThat(reason(object)).contains(reason);
    assertThat(reason(askedFor(object))).contains(reason);
  }

  @Test
  void ordinaryOnesGetVersions() {
    assertThat(reason(plain)).isEmpty();
    assertThat(reason(opaque)).isEmpty();
  }

  @Test
  void aNamespaceMayWantOneKindAlone() {
    ManagedNamespace namespace =
        new ManagedNamespace("shop", Map.of(Annotations.KINDS, "config-maps"));
    assertThat(verdict(plain, namespace).reason()).isEmpty();
    assertThat(verdict(askedFor(opaque), namespace).reason())
        .contains("its kind gets no versions here");
  }

  @Test
  void anUnknownKindIsToldAndDoesNotCount() {
    ManagedNamespace namespace =
        new ManagedNamespace("shop", Map.of(Annotations.KINDS, "configmaps"));
    assertThat(verdict(opaque, namespace).isVersioned()).isTrue();
    assertThat(verdict(opaque, namespace).warnings())
        .containsExactly(
            "lockstep: Namespace shop: lockstep.dev/kinds has an unknown value; use config-maps,"
                + " config-maps,secrets, secrets");
  }

  @Test
  void whatHasNoNameYetIsLeftOut() {
    plain.withObject("/metadata").remove("name");
    isLeftOutInAnyCase(plain, "it has no name yet");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"})
  void theClustersBundlesAreLeftOut(String name) {
    isLeftOutInAnyCase(named(name), "every namespace has it from the cluster");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kubernetes.io/service-account-token",
        "bootstrap.kubernetes.io/token",
        "helm.sh/release.v1"
      })
  void tokensAndReleasesAreLeftOutByTheirType(String type) {
    isLeftOutInAnyCase(typed(type), "its type is a token's or a release record's");
  }

  @Test
  void aHelmReleaseIsLeftOutByItsName() {
    isLeftOutInAnyCase(named("sh.helm.release.v1.shop.v1"), "it is a Helm release record");
  }

  @Test
  void whatAControllerOwnsIsLeftOut() {
    plain.withArray("/metadata/ownerReferences").addObject().put("controller", true);
    isLeftOutUnlessAskedFor(plain, "a controller owns it");
  }

  @Test
  void whatSomebodyElseOwnsIsNot() {
    plain.withArray("/metadata/ownerReferences").addObject().put("controller", false);
    assertThat(reason(plain)).isEmpty();
  }

  @Test
  void aLeaderElectionRecordIsLeftOut() {
    isLeftOutUnlessAskedFor(
        annotated(plain, "control-plane.alpha.kubernetes.io/leader", "{}"),
        "it is a leader-election record");
  }

  @Test
  void terraformsStateIsLeftOut() {
    isLeftOutUnlessAskedFor(named("tfstate-default-shop"), "it is Terraform's state");
  }

  @Test
  void whatKappVersionsIsLeftOut() {
    plain.withObject("/metadata/labels").put("kapp.k14s.io/app", "1");
    isLeftOutUnlessAskedFor(plain, "kapp or Spinnaker versions it");
  }

  @Test
  void whatSpinnakerVersionsIsLeftOut() {
    isLeftOutUnlessAskedFor(
        annotated(plain, "artifact.spinnaker.io/version", "v000"), "kapp or Spinnaker versions it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kubernetes.io/tls",
        "kubernetes.io/dockerconfigjson",
        "cluster.kubernetes.io/x",
        "helm.sh/x"
      })
  void typesThatRotateAreLeftOut(String type) {
    isLeftOutUnlessAskedFor(typed(type), "its type rotates or belongs to a controller");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Opaque", "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth", "example.com/x"})
  void otherTypesAreNot(String type) {
    assertThat(reason(typed(type))).isEmpty();
  }

  @Test
  void aVersionIsNoHeadWhateverItAsksFor() {
    plain.withObject("/metadata/labels").put(Labels.ROLE, Labels.VERSION_ROLE);
    isLeftOutInAnyCase(plain, "it is a version");
  }

  @Test
  void aRequestCannotMakeAVersionOfAHead() {
    ObjectNode persisted = plain.deepCopy();
    plain.withObject("/metadata/labels").put(Labels.ROLE, Labels.VERSION_ROLE);
    assertThat(
            Eligibility.of(HeadKind.CONFIG_MAP, plain, Optional.of(persisted), SHOP).isVersioned())
        .isTrue();
    assertThat(Eligibility.of(HeadKind.CONFIG_MAP, persisted, Optional.of(plain), SHOP).reason())
        .contains("it is a version");
  }

  @Test
  void whatIsImmutableIsLeftOutUnlessItWasAHeadBefore() {
    plain.put("immutable", true);
    isLeftOutInAnyCase(plain, "it is immutable and never had a version");
    FakeCluster cluster = new FakeCluster();
    ObjectNode head = cluster.write(configMap("app-config"), Map.of("FOO", "a"));
    assertThat(Eligibility.of(HeadKind.CONFIG_MAP, plain, Optional.of(head), SHOP).isVersioned())
        .isTrue();
  }

  @Test
  void anAnnotationLeavesOut() {
    assertThat(reason(annotated(plain, Annotations.VERSIONED, "false")))
        .contains("an annotation leaves it out");
  }

  @Test
  void aNamespaceLeavesOutAllThatDoNotAsk() {
    assertThat(verdict(plain, ONLY_WHAT_ASKS).reason()).contains("an annotation leaves it out");
    assertThat(verdict(askedFor(plain), ONLY_WHAT_ASKS).isVersioned()).isTrue();
  }

  @Test
  void spinnakersAnnotationIsAnAlias() {
    assertThat(reason(annotated(plain, Annotations.SPINNAKER_VERSIONED, "false"))).isPresent();
    assertThat(
            verdict(annotated(plain, Annotations.SPINNAKER_VERSIONED, "true"), ONLY_WHAT_ASKS)
                .reason())
        .isEmpty();
  }

  @Test
  void ourOwnAnnotationComesBeforeTheAlias() {
    annotated(plain, Annotations.SPINNAKER_VERSIONED, "false");
    assertThat(reason(askedFor(plain))).isEmpty();
  }

  @Test
  void anUnknownValueIsToldAndTheNextLevelCounts() {
    annotated(plain, Annotations.VERSIONED, "no");
    Eligibility.Verdict verdict = verdict(plain, ONLY_WHAT_ASKS);
    assertThat(verdict.isVersioned()).isFalse();
    assertThat(verdict.warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: lockstep.dev/versioned has an unknown value; use"
                + " false, true");
    assertThat(verdict(plain, SHOP).isVersioned()).isTrue();
  }

  @Test
  void anUnknownValueOfOursLeavesTheAliasItsSay() {
    annotated(plain, Annotations.VERSIONED, "no");
    annotated(plain, Annotations.SPINNAKER_VERSIONED, "false");
    assertThat(verdict(plain, SHOP).isVersioned()).isFalse();
    assertThat(verdict(plain, SHOP).warnings()).hasSize(1);
  }
}
