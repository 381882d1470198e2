package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Admissions through the API server of a real node, so many a second, until it is ended. */
final class SteadyLoad {
  private static final Pattern PROXY = Pattern.compile("127\\.0\\.0\\.1:\\d+");
  private static final Pattern ADMITTED = Pattern.compile("(?m)^admitted (\\d+)$");

  private final Process proxy;
  private final Process load;
  private final BufferedReader lines;

  private SteadyLoad(Process proxy, Process load) {
    this.proxy = proxy;
    this.load = load;
    this.lines = load.inputReader(StandardCharsets.UTF_8);
  }

  /** Once the first admission went well. */
  static SteadyLoad start(Shop shop, int perSecond) throws IOException {
    Process proxy = shop.cluster().command("kubectl", List.of("proxy", "--port=0")).start();
    Matcher url = PROXY.matcher(proxy.inputReader(StandardCharsets.UTF_8).readLine());
    assertThat(url.find()).isTrue();
    Process load =
        shop.cluster()
            .command(
                ProcessHandle.current().info().command().orElseThrow(),
                List.of(
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    "target/test-classes",
                    NodeLoad.class.getName(),
                    "http://" + url.group(),
                    shop.name(),
                    String.valueOf(perSecond)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    SteadyLoad steady = new SteadyLoad(proxy, load);
    assertThat(steady.lines.readLine()).isEqualTo("began");
    return steady;
  }

  /** Ends it; answers how many were admitted, if none failed. */
  int endWithoutFailure() throws IOException {
    load.getOutputStream().close();
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      said.append(line).append('\n');
    }
    proxy.descendants().forEach(ProcessHandle::destroy);
    proxy.destroy();
    assertThat(said.toString()).doesNotContain("failed");
    Matcher admitted = ADMITTED.matcher(said);
    assertThat(admitted.find()).isTrue();
    return Integer.parseInt(admitted.group(1));
  }
}
