package dev.lockstep.it;

import java.util.Map;
import java.util.TreeMap;

/** The objects that tests apply, as a developer would write them. */
final class Manifests {
  private Manifests() {}

  /** A ConfigMap with one key. */
  static String configMap(String name, String key, String value) {
    return configMap(name, Map.of(key, value));
  }

  static String configMap(String name, Map<String, String> data) {
    return object("ConfigMap", name, "data", data);
  }

  /** A Secret of type Opaque with one key. */
  static String secret(String name, String key, String value) {
    return object("Secret", name, "stringData", Map.of(key, value));
  }

  private static String object(String kind, String name, String field, Map<String, String> data) {
    StringBuilder yaml =
        new StringBuilder(
            """
            apiVersion: v1
            kind: %s
            metadata:
              name: %s
            %s:
            """
                .formatted(kind, name, field));
    new TreeMap<>(data)
        .forEach((key, value) -> yaml.append("  %s: \"%s\"\n".formatted(key, value)));
    return yaml.append("---\n").toString();
  }

  /** A workload with {@code envFrom} of one ConfigMap. */
  static String workload(String kind, String name, String image, String configMap) {
    return workload(
        kind,
        name,
        """
        containers:
          - name: app
            image: %s
            envFrom:
              - configMapRef:
                  name: %s
        """
            .formatted(image, configMap));
  }

  /** A Deployment, StatefulSet or DaemonSet with one replica and this pod spec (not indented). */
  static String workload(String kind, String name, String podSpec) {
    String kindsOwn =
        switch (kind) {
          case "Deployment" -> "  replicas: 1\n";
          case "StatefulSet" -> "  replicas: 1\n  serviceName: none\n";
          case "DaemonSet" -> "";
          default -> throw new IllegalArgumentException(kind);
        };
    return """
    apiVersion: apps/v1
    kind: %s
    metadata:
      name: %s
    spec:
    %s  selector:
        matchLabels:
          app: %s
      template:
        metadata:
          labels:
            app: %s
        spec:
    %s---
    """
        .formatted(kind, name, kindsOwn, name, name, podSpec.indent(6));
  }
}
