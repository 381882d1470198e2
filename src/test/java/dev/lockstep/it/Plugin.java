package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** {@code kubectl lockstep}, as {@code plugin/build} makes it for this machine. */
record Plugin(Shop shop) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NOTHING_BUT_AGES = "(?<= )([0-9]+m([0-9]+s)?|[0-9]+s)(?= |$)";

  /** On a machine that never built it, Go compiles Kubernetes' client first. */
  private static final long PATIENCE_MINUTES = 20;

  /** Builds it once, and answers the folder that it is in. */
  static Path folder() {
    return Built.FOLDER;
  }

  private static final class Built {
    static final Path FOLDER = build();

    private static Path build() {
      Path folder = Path.of("target", "plugin").toAbsolutePath();
      try {
        Path log = Files.createDirectories(folder).resolve("build.log");
        Process process =
            new ProcessBuilder("plugin/build", folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
          process.destroy();
          throw new AssertionError("plugin/build takes too long; see " + log);
        }
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        return folder;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Runs it in the shop's namespace. */
  Result run(String... arguments) {
    List<String> command = new ArrayList<>(List.of(folder() + "/kubectl-lockstep"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-n", shop.name()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG", shop.cluster().file("kubeconfig").toString(),
                "KUBECACHEDIR", shop.cluster().file("kube-cache").toString()));
    return Result.of(builder, "");
  }

  /** What it prints, without what is another each time. */
  Result look(String... arguments) {
    Result result = run(arguments);
    return new Result(
        result.command(),
        result.exit(),
        result
            .out()
            .replaceAll("(?m)" + NOTHING_BUT_AGES, "AGE")
            .replaceAll("(?m) +", " ")
            .replaceAll("(?m) $", ""),
        result.err());
  }

  /** The same as JSON; YAML has to be the same object. */
  JsonNode json(String... arguments) {
    Result json = run(with(arguments, "json"));
    assertThat(json.err()).as(json.command()).isEmpty();
    JsonNode object = Shop.json(json);
    assertThat(JSON.<JsonNode>valueToTree(new Yaml().load(run(with(arguments, "yaml")).out())))
        .isEqualTo(object);
    return object;
  }

  private static String[] with(String[] arguments, String format) {
    return Stream.concat(Stream.of(arguments), Stream.of("-o", format)).toArray(String[]::new);
  }

  /** What kubectl offers after these words, the last of which is unfinished. */
  List<String> completed(String... words) {
    run("completion", "--dir", folder().toString()).orFail();
    List<String> arguments = new ArrayList<>(List.of("__complete", "lockstep"));
    arguments.addAll(List.of(words));
    String path =
        folder()
            + File.pathSeparator
            + shop.cluster().file("bin")
            + File.pathSeparator
            + System.getenv("PATH");
    return shop.cluster()
        .run("kubectl", arguments, "", Map.of("PATH", path))
        .orFail()
        .out()
        .lines()
        .filter(line -> !line.startsWith(":"))
        // After a tab, it says what the word means.
        .map(line -> line.replaceAll("\t.*", ""))
        .toList();
  }
}
