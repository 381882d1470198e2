package dev.lockstep.it;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs of the machine that tests run. */
final class Programs {
  private Programs() {}

  static Optional<Path> find(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Fails where it is missing, and says what to install. */
  static void need(String program, String debianPackage) {
    if (find(program).isEmpty()) {
      throw new AssertionError(
          program + " is missing on this machine; install the package " + debianPackage);
    }
  }
}
