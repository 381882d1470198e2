package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program of {@code cluster/} that runs until it is stopped: a cluster, or a server for it. */
final class Program {
  private static final long PATIENCE_SECONDS = 30;

  private final Process supervisor;

  private Program(Process supervisor) {
    this.supervisor = supervisor;
  }

  /** Starts it, and waits until it is ready. */
  static Program start(Map<String, String> environment, String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith("ready ")) {
          return new Program(process);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException(command[0] + " ended before it was ready; see above");
  }

  /** {@code kill -9} of the server itself: nothing of it gets to say or write anything more. */
  void kill() {
    assertThat(child("java").destroyForcibly()).isTrue();
    end();
  }

  /** The same server as at first: nobody starts it anew. */
  boolean isRunning() {
    return supervisor.isAlive();
  }

  /** Sends a signal to a program that this one has started. */
  void signal(String program, String signal) {
    String pid = String.valueOf(child(program).pid());
    Result.of(new ProcessBuilder("kill", "-" + signal, pid), "").orFail();
  }

  /** The server itself. */
  ProcessHandle java() {
    return child("java");
  }

  private ProcessHandle child(String program) {
    return supervisor
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("/" + program))
        .findFirst()
        .orElseThrow();
  }

  /** As a rollout of a new server stops the old one. */
  void stop() {
    askToStop();
    end();
  }

  void askToStop() {
    supervisor.destroy();
  }

  /** The end of its standard input, which clusters take for the end of all. */
  void endInput() {
    try {
      supervisor.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    end();
  }

  void end() {
    try {
      if (!supervisor.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        supervisor.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
