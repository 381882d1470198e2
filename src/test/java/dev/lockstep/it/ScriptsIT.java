package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The programs of this repository that are not Java. */
class ScriptsIT {
  private static final List<String> FOLDERS =
      List.of(".", ".ci", "certs", "cluster", "docs", "plugin");

  private static boolean isScript(Path file) {
    try {
      // Whatever the file is, it can be read as this.
      return Files.readString(file, StandardCharsets.ISO_8859_1)
          .lines()
          .findFirst()
          .filter(line -> line.matches("#!.*[/ ](ba|da)?sh"))
          .isPresent();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> scripts() throws IOException {
    List<String> scripts = new ArrayList<>();
    for (String folder : FOLDERS) {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        files
            .filter(Files::isRegularFile)
            .filter(ScriptsIT::isScript)
            .map(Path::toString)
            .sorted()
            .forEach(scripts::add);
      }
    }
    return scripts;
  }

  @Test
  void shellcheckHasNothingToSay() throws IOException {
    Programs.need("shellcheck", "shellcheck");
    List<String> command = new ArrayList<>(List.of("shellcheck", "-x"));
    command.addAll(scripts());
    assertThat(command).contains("plugin/kubectl-lockstep", "./demo", "cluster/run");

    Result result = Result.of(new ProcessBuilder(command), "");

    assertThat(result.out() + result.err()).isEmpty();
  }

  @Test
  void krewInstallsWhatAReleasePacks(@TempDir Path folder) throws IOException {
    String uri = "https://example.com/a|b&c/kubectl-lockstep.tar.gz";
    Result.of(
            new ProcessBuilder("plugin/release", folder.toString(), uri, "https://example.com"), "")
        .orFail();

    Path archive = folder.resolve("kubectl-lockstep.tar.gz");
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
    assertThat(platform.get("uri")).isEqualTo(uri);
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

  @Test
  void theCurvesInTheDocsAreThoseOfTheirFigures(@TempDir Path folder) throws IOException {
    Programs.need("go", "golang");
    Path figures = Path.of("docs/growth.jsonl").toAbsolutePath();
    Path drawn = folder.resolve("growth.svg");

    Result.of(
            new ProcessBuilder(
                "go", "-C", "bench", "run", "./cmd/plot", figures.toString(), drawn.toString()),
            "")
        .orFail();

    assertThat(drawn).hasSameTextualContentAs(Path.of("docs/growth.svg"));
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
