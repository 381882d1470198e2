package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.VersionName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

  /**
   * OpenShift fills these ConfigMaps, and fills them anew when the cluster's certificates change.
   */
  private static final List<String> INJECTED =
      List.of(
          "config.openshift.io/inject-trusted-cabundle",
          "service.beta.openshift.io/inject-cabundle");

  /** Ten digits of the content's hash, spelled so that they form no words. */
  private static final Pattern KUSTOMIZE_HASH = Pattern.compile(".+-[2456789bcdfghkmt]{10}");

  private static final String EMPTY = "it has no data yet";
  private static final String FILLED_BY_A_PROGRAM = "a program filled it";
  private static final String HASHED = "it is immutable, and its name has the hash of its content";

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
          new Exclusion("its name was generated", true, Eligibility::hasGeneratedName),
          new Exclusion("OpenShift fills it", true, Eligibility::isInjected),
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

    /** Whether it gets versions all the same if its name had some before. */
    boolean dependsOnHistory() {
      return reason.filter(why -> why.equals(EMPTY) || why.equals(HASHED)).isPresent();
    }

    /** Whether it gets versions as soon as it is applied with data. */
    boolean isEmptyYet() {
      return reason.filter(EMPTY::equals).isPresent();
    }

    boolean isFilledByProgram() {
      return reason.filter(FILLED_BY_A_PROGRAM::equals).isPresent();
    }

    /** The same, of a name that had versions before. */
    Verdict withHistory() {
      return new Verdict(Optional.empty(), warnings);
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
    if (persisted.isPresent() ? hasVersionRole(persisted.get()) : isNamedVersion(object)) {
      return new Verdict(Optional.of("it is a version"), warnings);
    }
    if (!own.value().or(around::value).orElse(true)) {
      return new Verdict(Optional.of("an annotation leaves it out"), warnings);
    }
    boolean isAskedFor = own.value().isPresent();
    if (!isAskedFor && namespace.onlyAnnotated().contains(kind)) {
      return new Verdict(Optional.of("it does not ask for versions"), warnings);
    }
    return new Verdict(
        reason(object, isAskedFor).or(() -> byItsPast(object, persisted, isAskedFor)), warnings);
  }

  /** What never had versions and has nothing to version. What once had some goes on. */
  private static Optional<String> byItsPast(
      JsonNode object, Optional<JsonNode> persisted, boolean isAskedFor) {
    if (Stamp.wasHead(persisted.orElse(object))) {
      return Optional.empty();
    }
    if (DataOrigin.isEmpty(object)) {
      return Optional.of(EMPTY);
    }
    if (isAskedFor) {
      return Optional.empty();
    }
    if (object.path("immutable").asBoolean(false)
        && KUSTOMIZE_HASH.matcher(KubernetesJson.name(object)).matches()) {
      return Optional.of(HASHED);
    }
    return DataOrigin.isProgram(object, persisted)
        ? Optional.of(FILLED_BY_A_PROGRAM)
        : Optional.empty();
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

  /** What is created under another name from a version's YAML is none. */
  private static boolean isNamedVersion(JsonNode object) {
    return hasVersionRole(object) && VersionName.parse(KubernetesJson.name(object)).isPresent();
  }

  /** The copy of a credential of a CI job would outlive it. */
  private static boolean hasGeneratedName(JsonNode object) {
    return KubernetesJson.text(object.path("metadata").path("generateName"))
        .filter(prefix -> !prefix.isEmpty() && KubernetesJson.name(object).startsWith(prefix))
        .isPresent();
  }

  private static boolean isInjected(JsonNode object) {
    return INJECTED.stream()
        .anyMatch(
            key ->
                Stream.of(KubernetesJson.label(object, key), KubernetesJson.annotation(object, key))
                    .flatMap(Optional::stream)
                    .anyMatch("true"::equals));
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
