package dev.lockstep.versioning;

import static dev.lockstep.versioning.FakeCluster.SHOP;
import static dev.lockstep.versioning.FakeCluster.object;
import static dev.lockstep.versioning.FakeCluster.secret;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Secrets that a manifest leaves empty: MetalLB's, Kueue's and Gatekeeper's certificates, which
 * their programs write and then wait for.
 */
class EmptyHeadTest {
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  private static final Map<String, String> NOTHING = Map.of();
  private static final Map<String, String> CERTIFICATE = Map.of("tls.crt", "c");

  private final ObjectKey cert = secret("webhook-server-cert");
  private final FakeCluster cluster = new FakeCluster();

  private static String version(JsonNode object) {
    return KubernetesJson.label(object, Labels.VERSION).orElse("none");
  }

  private static boolean isNoted(JsonNode object) {
    return KubernetesJson.annotation(object, Annotations.LEFT_OUT).isPresent();
  }

  /** A write with new data by somebody who changes metadata so. */
  private ObjectNode write(Map<String, String> data, Consumer<ObjectNode> change) {
    ObjectNode object = object(cert, data);
    cluster.find(cert).ifPresent(old -> object.set("metadata", old.get("metadata").deepCopy()));
    change.accept(object.withObject("/metadata"));
    return cluster.admit(cert, object, false);
  }

  private static void applied(ObjectNode metadata, String config) {
    metadata.withObject("/annotations").put(LAST_APPLIED, config);
  }

  private static void owned(ObjectNode metadata, String manager, String operation, String fields) {
    metadata
        .withArray("/managedFields")
        .addObject()
        .put("manager", manager)
        .put("operation", operation)
        .set("fieldsV1", json(fields));
  }

  private static JsonNode json(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private Resolution meaning() {
    return cluster.versions.resolve(cert, SHOP, false);
  }

  @Test
  void whatIsEmptyHasNoVersionAndMayBeWaitedFor() {
    assertThat(version(cluster.write(cert, NOTHING))).isEqualTo("none");
    assertThat(meaning())
        .isInstanceOfSatisfying(
            Resolution.Unversioned.class, meant -> assertThat(meant.isEmptyYet()).isTrue());
  }

  @Test
  void whatAProgramFilledStaysLeftOutForAllWhoSeeIt() {
    cluster.write(cert, NOTHING);
    ObjectNode filled = cluster.write(cert, CERTIFICATE);
    assertThat(version(filled)).isEqualTo("none");
    assertThat(isNoted(filled)).isTrue();
    assertThat(meaning())
        .isInstanceOfSatisfying(
            Resolution.Unversioned.class, meant -> assertThat(meant.isEmptyYet()).isFalse());
    assertThat(cluster.versions.keepCurrent(cert, SHOP))
        .isInstanceOf(VersionResolver.Upkeep.NoHead.class);
  }

  @Test
  void itsRenewalsAreLeftOutThoughTheProgramDropsTheNote() {
    cluster.write(cert, NOTHING);
    cluster.write(cert, CERTIFICATE);
    ObjectNode renewed = write(Map.of("tls.crt", "d"), metadata -> metadata.remove("annotations"));
    assertThat(version(renewed)).isEqualTo("none");
    assertThat(isNoted(renewed)).isTrue();
  }

  @Test
  void whatIsFilledByAnApplyIsAHead() {
    cluster.write(cert, NOTHING);
    ObjectNode filled =
        write(CERTIFICATE, metadata -> applied(metadata, "{\"stringData\":{\"tls.crt\":\"c\"}}"));
    assertThat(version(filled)).isEqualTo("v000");
    assertThat(isNoted(filled)).isFalse();
  }

  @Test
  void whatIsFilledByAServerSideApplyIsAHead() {
    cluster.write(cert, NOTHING);
    assertThat(
            version(
                write(
                    CERTIFICATE,
                    metadata ->
                        owned(metadata, "kubectl", "Apply", "{\"f:data\":{\"f:tls.crt\":{}}}"))))
        .isEqualTo("v000");
  }

  @Test
  void whatHelmFillsIsAHeadAndWhatAProgramFillsInItsChartIsNot() {
    String helms = "{\"f:metadata\":{\"f:labels\":{\"f:app.kubernetes.io/managed-by\":{}}}";
    String data = "\"f:data\":{\".\":{},\"f:tls.crt\":{}}}";
    write(
        NOTHING,
        metadata -> {
          metadata.withObject("/labels").put("app.kubernetes.io/managed-by", "Helm");
          owned(metadata, "helm", "Update", helms + "}");
        });
    ObjectNode byProgram =
        write(CERTIFICATE, metadata -> owned(metadata, "manager", "Update", "{" + data));
    assertThat(version(byProgram)).isEqualTo("none");
    ObjectNode byHelm =
        write(
            CERTIFICATE,
            metadata -> {
              metadata.remove("managedFields");
              owned(metadata, "helm", "Update", helms + "," + data);
            });
    assertThat(version(byHelm)).isEqualTo("v000");
  }

  @Test
  void whatWasAppliedEmptyAndFilledBeforeOptInIsLeftOut() {
    ObjectNode filled = object(cert, CERTIFICATE);
    applied(filled.withObject("/metadata"), "{\"kind\":\"Secret\",\"metadata\":{}}");
    cluster.put(cert, filled);
    assertThat(meaning()).isInstanceOf(Resolution.Unversioned.class);
    assertThat(version(cluster.find(cert).orElseThrow())).isEqualTo("none");
  }

  @Test
  void whatIsMadeAnewWithDataIsAHead() {
    cluster.write(cert, NOTHING);
    cluster.write(cert, CERTIFICATE);
    cluster.delete(cert);
    assertThat(version(cluster.write(cert, CERTIFICATE))).isEqualTo("v000");
  }

  @Test
  void itsOwnAnnotationTakesItIn() {
    cluster.write(cert, NOTHING);
    ObjectNode filled =
        write(
            CERTIFICATE,
            metadata -> metadata.withObject("/annotations").put(Annotations.VERSIONED, "true"));
    assertThat(version(filled)).isEqualTo("v000");
  }

  @Test
  void whatOnceHadAVersionGoesOnEmptyOrNot() {
    cluster.write(cert, CERTIFICATE);
    assertThat(version(cluster.write(cert, NOTHING))).isEqualTo("v001");
    assertThat(version(cluster.write(cert, Map.of("tls.crt", "d")))).isEqualTo("v002");
    meaning();
    cluster.delete(cert);
    assertThat(version(cluster.write(cert, NOTHING))).isEqualTo("v001");
  }
}
