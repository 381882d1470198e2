package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/**
 * {@code kubectl lockstep}, as people have it on their laptops: by several shells, each of which
 * has to print the same.
 */
record Plugin(Shop shop) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FILE = Path.of("plugin", "kubectl-lockstep").toAbsolutePath();
  private static final String NOTHING_BUT_AGES = "[0-9]+m?[0-9]*s( |$)";

  /** What runs it. busybox brings its own awk, sed and sort along. */
  enum Shell {
    DASH("dash", "dash"),
    BASH("bash", "bash"),
    BUSYBOX("busybox-static", "busybox", "sh");

    private final List<String> command;

    Shell(String debianPackage, String... command) {
      this.command = List.of(command);
      Programs.need(command[0], debianPackage);
    }
  }

  /** Runs it in this shell, in the shop's namespace. */
  Result run(Shell shell, String... arguments) {
    return run(shell, Map.of(), arguments);
  }

  private Result run(Shell shell, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(shell.command);
    command.add(FILE.toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-n", shop.name()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG", shop.cluster().file("kubeconfig").toString(),
                "KUBECACHEDIR", shop.cluster().file("kube-cache").toString(),
                "PATH", path(shell, shop.cluster().file("bin"))));
    builder.environment().putAll(environment);
    return Result.of(builder, "");
  }

  private String path(Shell shell, Path kubectl) {
    String path = kubectl + File.pathSeparator + System.getenv("PATH");
    return shell == Shell.BUSYBOX ? applets() + File.pathSeparator + path : path;
  }

  private String applets() {
    Path folder = Path.of(Folder.of(shop).path(), "busybox");
    if (!Files.exists(folder)) {
      try {
        Files.createDirectories(folder);
        for (String applet : List.of("awk", "sed", "sort", "tr", "date", "cat")) {
          Files.createSymbolicLink(folder.resolve(applet), Programs.find("busybox").orElseThrow());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folder.toString();
  }

  /** What every shell prints, and how it ends: for commands that change nothing. */
  Result look(String... arguments) {
    List<Result> results =
        Stream.of(Shell.values()).map(shell -> run(shell, arguments)).map(this::timeless).toList();
    for (Result result : results) {
      assertThat(List.of(result.exit(), result.out(), result.err()))
          .as(result.command())
          .isEqualTo(List.of(results.get(0).exit(), results.get(0).out(), results.get(0).err()));
    }
    return results.get(0);
  }

  private Result timeless(Result result) {
    if (result.command().matches(".* -o (json|yaml) .*")) {
      return result;
    }
    return new Result(
        result.command(),
        result.exit(),
        result.out().replaceAll("(?m)" + NOTHING_BUT_AGES, "AGE$1").replaceAll(" +", " "),
        result.err());
  }

  /** The same as JSON; YAML has to be the same object. */
  JsonNode json(String... arguments) {
    Result json = look(with(arguments, "json"));
    assertThat(json.err()).as(json.command()).isEmpty();
    JsonNode object = Shop.json(json);
    assertThat(JSON.<JsonNode>valueToTree(new Yaml().load(look(with(arguments, "yaml")).out())))
        .isEqualTo(object);
    return object;
  }

  private static String[] with(String[] arguments, String format) {
    return Stream.concat(Stream.of(arguments), Stream.of("-o", format)).toArray(String[]::new);
  }

  /** Runs it with a kubectl that notes its arguments; answers those of every call, one a line. */
  List<String> kubectlCalls(String... arguments) {
    try {
      Path folder = Files.createDirectories(Path.of(Folder.of(shop).path(), "noting"));
      Path log = folder.resolve("log");
      Files.writeString(log, "");
      Path kubectl = folder.resolve("kubectl");
      Files.writeString(
          kubectl,
          """
          #!/bin/sh
          printf '%%s ' "$@" | tr '\\n' ' ' >>'%s'
          echo >>'%s'
          exec '%s' "$@"
          """
              .formatted(log, log, shop.cluster().file("bin/kubectl")));
      Files.setPosixFilePermissions(kubectl, PosixFilePermissions.fromString("rwxr-xr-x"));
      run(
              Shell.DASH,
              Map.of("PATH", folder + File.pathSeparator + System.getenv("PATH")),
              arguments)
          .orFail();
      return Files.readAllLines(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it prints on a terminal. */
  Result onTerminal(Map<String, String> environment, String... arguments) {
    Programs.need("script", "bsdutils");
    ProcessBuilder builder =
        new ProcessBuilder(
            "script",
            "-qec",
            FILE + " " + String.join(" ", arguments) + " -n " + shop.name(),
            "/dev/null");
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG", shop.cluster().file("kubeconfig").toString(),
                "TERM", "xterm",
                "PATH", path(Shell.DASH, shop.cluster().file("bin"))));
    builder.environment().remove("NO_COLOR");
    builder.environment().putAll(environment);
    return Result.of(builder, "");
  }

  /** What kubectl offers after these words, the last of which is unfinished. */
  List<String> completed(String... words) {
    Path folder = Path.of(Folder.of(shop).path(), "complete");
    try {
      Files.createDirectories(folder);
      for (String name : List.of("kubectl-lockstep", "kubectl_complete-lockstep")) {
        if (!Files.exists(folder.resolve(name))) {
          Files.createSymbolicLink(folder.resolve(name), FILE);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> arguments = new ArrayList<>(List.of("__complete", "lockstep"));
    arguments.addAll(List.of(words));
    String path =
        folder
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
        .toList();
  }
}
