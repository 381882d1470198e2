package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.Stamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which objects get versions: the one rule for webhook and reconciler. The chart's match conditions
 * keep as much as they can from being sent; all of it is checked again here.
 */
public final class Eligibility {

  /**
   * Why an object is left out, and whether its own {@code lockstep.dev/versioned: "true"} takes it
   * in. A namespace's can't: the match conditions do not see namespaces.
   */
  private record Exclusion(String reason, boolean overridable, Predicate<JsonNode> applies) {}

  private static final Set<String> CLUSTER_BUNDLES =
      Set.of("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert");

  private static final Set<String> VERSIONED_BUILT_IN_TYPES =
      Set.of("kubernetes.io/basic-auth", "kubernetes.io/ssh-auth");

  private static final Set<String> TOKEN_TYPES =
      Set.of(
          "kubernetes.io/service-account-token",
          "bootstrap.kubernetes.io/token",
          "helm.sh/release.v1");

  private static final List<Exclusion> EXCLUSIONS =
      List.of(
          new Exclusion(
              "it has no name yet", false, object -> KubernetesJson.name(object).isEmpty()),
          new Exclusion(
              "every namespace has it from the cluster",
              false,
              object -> CLUSTER_BUNDLES.contains(KubernetesJson.name(object))),
          new Exclusion(
              "its type is a token's or a release record's",
              false,
              object -> TOKEN_TYPES.contains(type(object))),
          new Exclusion(
              "it is a Helm release record",
              false,
              object -> KubernetesJson.name(object).startsWith("sh.helm.release.v1.")),
          new Exclusion("a controller owns it", true, KubernetesJson::hasController),
          new Exclusion(
              "it is a leader-election record",
              true,
              object ->
                  KubernetesJson.annotation(object, "control-plane.alpha.kubernetes.io/leader")
                      .isPresent()),
          new Exclusion(
              "it is Terraform's state",
              true,
              object -> KubernetesJson.name(object).startsWith("tfstate-")),
          new Exclusion("kapp or Spinnaker versions it", true, Eligibility::isVersionedElsewhere),
          new Exclusion(
              "its type rotates or belongs to a controller",
              true,
              object -> isForeignType(type(object))));

  /**
   * @param reason why the object gets no versions; empty if it gets them
   * @param warnings about values of annotations that are not known
   */
  public record Verdict(Optional<String> reason, List<String> warnings) {
    public boolean isVersioned() {
      return reason.isEmpty();
    }
  }

  private Eligibility() {}

  /**
   * @param persisted the object as it is persisted, if it is: a request can't make a version of a
   *     head, or a head of a version, by its labels
   */
  public static Verdict of(
      HeadKind kind, JsonNode object, Optional<JsonNode> persisted, ManagedNamespace namespace) {
    LayeredSetting<Optional<Boolean>> own =
        wish(
            new LayeredSetting.Level(
                kind.kind(), KubernetesJson.name(object), KubernetesJson.annotations(object)));
    LayeredSetting<Optional<Boolean>> around =
        wish(new LayeredSetting.Level("Namespace", namespace.name(), namespace.annotations()));
    List<String> warnings = new ArrayList<>(own.warnings());
    warnings.addAll(around.warnings());
    warnings.addAll(namespace.asked().warnings());
    if (!namespace.versions(kind)) {
      return new Verdict(Optional.of("its kind gets no versions here"), warnings);
    }
    if (hasVersionRole(persisted.orElse(object))) {
      return new Verdict(Optional.of("it is a version"), warnings);
    }
    if (!own.value().or(around::value).orElse(true)) {
      return new Verdict(Optional.of("an annotation leaves it out"), warnings);
    }
    if (object.path("immutable").asBoolean(false)
        && persisted.flatMap(Stamp::of).or(() -> Stamp.of(object)).isEmpty()) {
      return new Verdict(Optional.of("it is immutable and never had a version"), warnings);
    }
    return new Verdict(reason(object, own.value().isPresent()), warnings);
  }

  private static LayeredSetting<Optional<Boolean>> wish(LayeredSetting.Level level) {
    return LayeredSetting.of(
        List.of(level),
        List.of(Annotations.VERSIONED, Annotations.SPINNAKER_VERSIONED),
        Map.of("true", Optional.of(true), "false", Optional.of(false)),
        Optional.empty());
  }

  private static Optional<String> reason(JsonNode object, boolean takenIn) {
    return EXCLUSIONS.stream()
        .filter(exclusion -> !(exclusion.overridable() && takenIn))
        .filter(exclusion -> exclusion.applies().test(object))
        .map(Exclusion::reason)
        .findFirst();
  }

  private static boolean hasVersionRole(JsonNode object) {
    return KubernetesJson.label(object, Labels.ROLE)
        .filter(Labels.VERSION_ROLE::equals)
        .isPresent();
  }

  private static String type(JsonNode object) {
    return object.path("type").asText("");
  }

  private static boolean isForeignType(String type) {
    return (type.contains("kubernetes.io/") || type.startsWith("helm.sh/"))
        && !VERSIONED_BUILT_IN_TYPES.contains(type);
  }

  private static boolean isVersionedElsewhere(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    for (String map : List.of("labels", "annotations")) {
      for (var entry : KubernetesJson.entries(metadata.path(map))) {
        if (entry.getKey().startsWith("kapp.k14s.io/")
            || entry.getKey().equals("artifact.spinnaker.io/version")) {
          return true;
        }
      }
    }
    return false;
  }
}
