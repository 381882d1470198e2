package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The programs of this repository that are not Java. */
@OnRealCluster
class ScriptsIT {
  @Test
  void programsThatAreThereNeedNoGo(RealCluster cluster, @TempDir Path folder) throws IOException {
    Path built = cluster.file("bin").toRealPath();
    Path path = folder.resolve("path");
    Result.of(new ProcessBuilder(".ci/fresh-path", path.toString()), "").orFail();
    Files.delete(path.resolve("go"));
    ProcessBuilder build = new ProcessBuilder("cluster/build");
    build.environment().put("KUBE_BINARIES", built.toString());
    build.environment().put("LOCKSTEP_CACHE", folder.resolve("cache").toString());
    build.environment().put("PATH", path.toString());

    Path used = Path.of(Result.of(build, "").orFail().out().strip());

    assertThat(used).startsWith(folder);
    assertThat(used.resolve("kube-apiserver").toRealPath())
        .isEqualTo(built.resolve("kube-apiserver").toRealPath());
    assertThat(names(used)).isEqualTo(names(built));
    assertThat(names(used.resolve("stages"))).isEqualTo(names(built.resolve("stages")));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void krewInstallsWhatAReleasePacks(@TempDir Path folder)
      throws IOException, InterruptedException {
    String uri = "https://example.com/a|b&c";
    // One platform: CI builds all of them.
    Process packing =
        new ProcessBuilder(
                "plugin/release", folder.toString(), uri, "https://example.com", "linux/amd64")
            .inheritIO()
            .start();
    assertThat(packing.waitFor()).isZero();

    Path archive = folder.resolve("kubectl-lockstep-linux-amd64.tar.gz");
    Map<String, Object> manifest =
        new Yaml().load(Files.readString(folder.resolve("lockstep.yaml")));
    assertThat(manifest)
        .containsEntry("apiVersion", "krew.googlecontainertools.github.com/v1alpha2")
        .containsEntry("kind", "Plugin")
        .containsEntry("metadata", Map.of("name", "lockstep"));
    Map<?, ?> spec = (Map<?, ?>) manifest.get("spec");
    assertThat(spec.get("version")).isEqualTo("v" + projectVersion());
    assertThat(spec.get("homepage")).isEqualTo("https://example.com");
    assertThat(spec.get("shortDescription").toString()).hasSizeLessThan(60).doesNotEndWith(".");
    Map<?, ?> platform = (Map<?, ?>) ((List<?>) spec.get("platforms")).get(0);
    assertThat(platform.get("selector"))
        .isEqualTo(Map.of("matchLabels", Map.of("os", "linux", "arch", "amd64")));
    assertThat(platform.get("uri")).isEqualTo(uri + "/kubectl-lockstep-linux-amd64.tar.gz");
    assertThat(platform.get("sha256")).isEqualTo(sha256(archive));
    assertThat(platform.get("bin")).isEqualTo("kubectl-lockstep");
    assertThat((List<?>) platform.get("files"))
        .isEqualTo(
            List.of(
                Map.of("from", "kubectl-lockstep", "to", "."),
                Map.of("from", "LICENSE", "to", ".")));
    assertThat(Result.of(new ProcessBuilder("tar", "tf", archive.toString()), "").orFail().out())
        .isEqualTo("kubectl-lockstep\nLICENSE\n");
  }

  private static String projectVersion() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    int start = pom.indexOf("<version>") + "<version>".length();
    return pom.substring(start, pom.indexOf('<', start));
  }

  private static String sha256(Path file) {
    return Result.of(new ProcessBuilder("sha256sum", file.toString()), "")
        .orFail()
        .out()
        .substring(0, 64);
  }
}
