package dev.lockstep.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the webhooks are served with: {@code lockstep.tls.*}. */
@ConfigMapping(prefix = "lockstep.tls")
public interface TlsConfig {
  @WithDefault("self")
  Mode mode();

  /** Of {@code files}: a PEM file. */
  @WithDefault("/tls/tls.crt")
  Path certificate();

  /** Of {@code files}: a PEM file. */
  @WithDefault("/tls/tls.key")
  Path key();

  /** The name of both webhook configurations. */
  @WithDefault("lockstep")
  String webhooks();

  /** Of {@code self}: the Secret in which CA and certificate are kept. */
  @WithDefault("lockstep-certificates")
  String secret();

  /** Of {@code self}: DNS names and IP addresses by which API servers call. */
  Optional<List<String>> names();

  @WithDefault("365d")
  @WithConverter(Bounds.Positive.class)
  Duration caLifetime();

  @WithDefault("7d")
  @WithConverter(Bounds.Positive.class)
  Duration leafLifetime();

  /** Between two looks at certificate and webhook configurations. */
  @WithDefault("5s")
  @WithConverter(Bounds.Positive.class)
  Duration period();

  /** Where certificates come from. */
  enum Mode {
    /** Made and renewed by the server itself. */
    SELF,
    /** Read from two files, again when they change. */
    FILES
  }
}
