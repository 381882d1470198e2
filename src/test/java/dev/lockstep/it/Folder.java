package dev.lockstep.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of files on a developer's disk; each shop has one. */
record Folder(String path) {

  static Folder of(Shop shop) {
    try {
      Path folder = Path.of("target", "folders", shop.name()).toAbsolutePath();
      return new Folder(Files.createDirectories(folder).toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file anew and answers where it is. */
  String write(String name, String text) {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  String write(String name, byte[] content) {
    try {
      return Files.write(Path.of(path, name), content).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
