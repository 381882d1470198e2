package dev.lockstep.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** How a command ended and what it printed. */
record Result(String command, int exit, String out, String err) {
  private static final long PATIENCE_SECONDS = 120;

  static Result of(ProcessBuilder builder, String input) {
    try {
      Path in = Files.createTempFile("lockstep", ".in");
      Path out = Files.createTempFile("lockstep", ".out");
      Path err = Files.createTempFile("lockstep", ".err");
      try {
        Files.writeString(in, input);
        Process process =
            builder
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
        return new Result(
            String.join(" ", builder.command()),
            process.exitValue(),
            Files.readString(out, StandardCharsets.UTF_8),
            Files.readString(err, StandardCharsets.UTF_8));
      } finally {
        Files.delete(in);
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** This, or an error with all that was printed. */
  Result orFail() {
    if (exit != 0) {
      throw new AssertionError(command + " ended with " + exit + "\n" + out + err);
    }
    return this;
  }
}
