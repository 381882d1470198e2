package dev.lockstep.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether the API server has to show that it is one: {@code lockstep.caller-authentication.*}. */
@ConfigMapping(prefix = "lockstep.caller-authentication")
public interface CallerAuthenticationConfig {
  @WithDefault("none")
  Mode mode();

  /** PEM: who signs the certificates of API servers. */
  @WithDefault("/caller-ca/ca.crt")
  Path ca();

  /** Common names of which the certificate has to have one; where none are given, any will do. */
  Optional<List<String>> allowedNames();

  /** How callers are authenticated. */
  enum Mode {
    NONE,
    CERTIFICATE
  }
}
