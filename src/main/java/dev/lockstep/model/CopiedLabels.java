package dev.lockstep.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The labels that versions take over from their heads, for policies and backups that look at
 * labels. Labels by which tools know what is theirs are never copied: they would delete the version
 * as something that no manifest has.
 *
 * @param keys keys of labels, or {@code prefix/*} for all keys of a prefix
 */
public record CopiedLabels(Set<String> keys) {
  public static final CopiedLabels NONE = new CopiedLabels(Set.of());

  private static final String SETTING = "lockstep.copied-labels";
  private static final String ALL_OF_PREFIX = "/*";

  /** Keys, and prefixes with their slash. */
  private static final List<String> TRACKING =
      List.of(
          "app.kubernetes.io/instance",
          "app.kubernetes.io/managed-by",
          "applyset.kubernetes.io/",
          "argocd.argoproj.io/",
          "config.k8s.io/",
          "configmanagement.gke.io/",
          "fleet.cattle.io/",
          "helm.sh/",
          "helm.toolkit.fluxcd.io/",
          "kapp.k14s.io/",
          "kustomize.toolkit.fluxcd.io/",
          "lockstep.dev/",
          "meta.helm.sh/",
          "objectset.rio.cattle.io/",
          "olm.managed",
          "olm.owner");

  public CopiedLabels {
    keys = Set.copyOf(keys);
  }

  /**
   * @throws IllegalArgumentException with the setting's name, if tools would take versions for
   *     theirs
   */
  public static CopiedLabels of(Collection<String> keys) {
    for (String key : keys) {
      if (!key.matches("([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[a-z0-9.-]+/\\*")) {
        throw new IllegalArgumentException(
            SETTING + ": \"" + key + "\" is no key of a label, and no prefix with /*");
      }
      TRACKING.stream()
          .filter(tracking -> matches(key, tracking))
          .findFirst()
          .ifPresent(
              tracking -> {
                throw new IllegalArgumentException(
                    SETTING
                        + ": "
                        + key
                        + " can't be copied: a tool would take versions for its own, and delete"
                        + " them");
              });
    }
    return new CopiedLabels(Set.copyOf(keys));
  }

  /** Whether one of both has what the other has. */
  private static boolean matches(String key, String tracking) {
    if (key.endsWith(ALL_OF_PREFIX)) {
      return tracking.startsWith(key.substring(0, key.length() - 1));
    }
    return tracking.endsWith("/") ? key.startsWith(tracking) : key.equals(tracking);
  }

  /** Those of this head, sorted. */
  Map<String, String> of(JsonNode head) {
    Map<String, String> labels = new TreeMap<>();
    for (var label : KubernetesJson.entries(head.path("metadata").path("labels"))) {
      if (isCopied(label.getKey())) {
        labels.put(label.getKey(), label.getValue().asText(""));
      }
    }
    return labels;
  }

  private boolean isCopied(String key) {
    int slash = key.indexOf('/');
    return keys.contains(key)
        || slash > 0 && keys.contains(key.substring(0, slash) + ALL_OF_PREFIX);
  }
}
