package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The libraries that the packaged server consists of. Each is something to scan and to patch, so a
 * new one has to be a decision: it is added to the list in {@code libraries.txt}, or excluded in
 * {@code pom.xml}. {@code -Dlockstep.write=true} writes the list.
 */
class LibrariesIT {
  private static final Path LIST = Path.of("src/test/resources/libraries.txt");
  private static final Path SERVER = Path.of("target/quarkus-app/lib");

  @Test
  void theServerConsistsOfTheListedLibrariesAlone() throws IOException {
    List<String> packaged = packaged();
    assertThat(packaged).contains("io.quarkus.quarkus-core");
    if (Boolean.getBoolean("lockstep.write")) {
      Files.write(LIST, packaged);
    }

    assertThat(packaged).isEqualTo(Files.readAllLines(LIST));
  }

  /** Group and artifact of each, without its version. */
  private static List<String> packaged() throws IOException {
    try (Stream<Path> files = Files.walk(SERVER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jar"))
          .map(name -> name.replaceFirst("-[0-9][^-]*(-[^-]*)?\\.jar$", ""))
          .sorted()
          .toList();
    }
  }
}
