package dev.lockstep.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A CA and the client certificates that it signs, made with openssl in a folder. */
record CallerPki(Path folder) {

  static CallerPki in(String folder) {
    try {
      CallerPki pki = new CallerPki(Files.createDirectories(Path.of(folder).toAbsolutePath()));
      pki.openssl(
          "req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256"
              + " -pkeyopt ec_param_enc:named_curve -nodes"
              + " -keyout ca.key -out ca.crt -subj /CN=callers -days 2");
      return pki;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes NAME.crt and NAME.key, for a client of that name. */
  CallerPki client(String name) {
    write(name + ".ext", "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=clientAuth\n");
    openssl(
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve"
            + " -nodes -keyout %1$s.key -out %1$s.csr -subj /O=apiservers/CN=%1$s".formatted(name));
    openssl(
        ("x509 -req -in %1$s.csr -CA ca.crt -CAkey ca.key -set_serial 2 -days 2"
                + " -extfile %1$s.ext -out %1$s.crt")
            .formatted(name));
    return this;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  Path write(String name, String text) {
    try {
      return Files.writeString(file(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void openssl(String arguments) {
    ProcessBuilder builder = new ProcessBuilder(("openssl " + arguments).split(" "));
    Result.of(builder.directory(folder.toFile()), "").orFail();
  }
}
