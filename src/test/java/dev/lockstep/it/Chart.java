package dev.lockstep.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A small chart as developers write them: a ConfigMap and a Deployment that reads it. Its values
 * are {@code config} and {@code image}.
 */
record Chart(String path) {

  static Chart of(Shop shop) {
    Path folder = Path.of("target", "charts", shop.name()).toAbsolutePath();
    try {
      Files.createDirectories(folder.resolve("templates"));
      Files.writeString(
          folder.resolve("Chart.yaml"),
          """
          apiVersion: v2
          name: app
          version: 1.0.0
          """);
      Files.writeString(
          folder.resolve("values.yaml"),
          """
          config: none
          image: app:1
          """);
      Files.writeString(
          folder.resolve("templates/all.yaml"),
          Manifests.configMap("app-config", "FOO", "{{ .Values.config }}")
              + Manifests.workload("Deployment", "app", "{{ .Values.image }}", "app-config"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Chart(folder.toString());
  }
}
