package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/tour.md}: every command of the page is run, and prints what the page says. */
@OnRealCluster
@Order(2)
class TourIT {
  private static final Path PAGE = Path.of("docs", "tour.md");

  /** These ask only: they are asked again until controllers are done. */
  private static final Pattern LOOKS =
      Pattern.compile(
          "kubectl (-n old )?(get|diff|rollout status|lockstep (history|diff|status|users)) .*"
              + "|kubectl lockstep status");

  private static final Pattern OPTS = Pattern.compile("kubectl label namespace (\\S+) (\\S+)");

  /** A command and what it prints, both streams as a terminal has them. */
  private record Step(String command, String output) {}

  @TempDir Path folder;

  @Test
  void everyCommandPrintsWhatThePageSays(RealCluster cluster) throws IOException {
    // The page makes its namespace the one of the context: not the one that other tests have.
    Path kubeconfig = Files.copy(cluster.file("kubeconfig"), folder.resolve("kubeconfig"));
    List<Step> steps = steps();
    assertThat(steps).hasSizeGreaterThan(50);

    for (Step step : steps) {
      if (LOOKS.matcher(step.command()).matches()) {
        await()
            .atMost(Duration.ofSeconds(120))
            .pollInterval(Duration.ofMillis(500))
            .untilAsserted(() -> holds(step, cluster, kubeconfig));
      } else {
        holds(step, cluster, kubeconfig);
      }
      awaitWebhooks(step, cluster, kubeconfig);
    }
  }

  @Test
  void whatIsRunElsewhereIsTheClusterAlone() throws IOException {
    assertThat(blocks("sh"))
        .extracting(block -> block.replaceAll(" +#.*", ""))
        .containsExactly("./demo up\neval \"$(./demo env)\"", "./demo down");
  }

  private static void holds(Step step, RealCluster cluster, Path kubeconfig) {
    Result result = run("exec 2>&1\n" + step.command(), cluster, kubeconfig);
    assertThat(timeless(result.out(), step)).as(step.command()).isEqualTo(step.output());
  }

  private static Result run(String commands, RealCluster cluster, Path kubeconfig) {
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", commands);
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    builder.environment().put("KUBECACHEDIR", cluster.file("kube-cache").toString());
    builder
        .environment()
        .merge(
            "PATH",
            cluster.file("bin") + File.pathSeparator + Path.of("plugin").toAbsolutePath(),
            (old, more) -> more + File.pathSeparator + old);
    return Result.of(builder, "");
  }

  /** People are not as quick as to meet the second in which the API server learns of a label. */
  private static void awaitWebhooks(Step step, RealCluster cluster, Path kubeconfig) {
    var opts = OPTS.matcher(step.command());
    if (!opts.matches()) {
      return;
    }
    String version = opts.group(2).endsWith("=enabled") ? "v000" : "";
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                run(
                    "kubectl -n "
                        + opts.group(1)
                        + " create configmap is-it-on --from-literal=a=b --dry-run=server"
                        + " -o jsonpath='{.metadata.labels.lockstep\\.dev/version}'",
                    cluster,
                    kubeconfig),
            result -> result.exit() == 0 && result.out().equals(version));
  }

  private static List<Step> steps() throws IOException {
    List<Step> steps = new ArrayList<>();
    for (String block : blocks("console")) {
      for (String part : block.split("(?m)^\\$ ")) {
        if (!part.isBlank()) {
          String command = part.lines().findFirst().orElseThrow();
          Step step = new Step(command, "");
          steps.add(new Step(command, timeless(part.substring(command.length()), step)));
        }
      }
    }
    return steps;
  }

  private static List<String> blocks(String language) throws IOException {
    List<String> blocks = new ArrayList<>();
    var matcher =
        Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$").matcher(Files.readString(PAGE));
    while (matcher.find()) {
      blocks.add(matcher.group(1).strip());
    }
    return blocks;
  }

  /** Without what is another each time, and without what kubectl says of its own accord. */
  private static String timeless(String output, Step step) {
    List<String> lines =
        output
            .lines()
            .filter(line -> !line.startsWith("Warning: resource deployments/"))
            .map(line -> line.replaceAll("(?<= )([0-9]+m([0-9]+s)?|[0-9]+s)(?= |$)", "AGE"))
            .map(line -> line.replaceAll("my-app-[0-9a-z]{6,10}(-[0-9a-z]{5})?", "my-app-HASH"))
            .map(line -> line.replaceAll(" +", " ").strip())
            .filter(line -> !line.isEmpty())
            .toList();
    if (step.command().contains("rollout status") && !lines.isEmpty()) {
      return lines.get(lines.size() - 1);
    }
    return lines.stream().collect(Collectors.joining("\n"));
  }
}
