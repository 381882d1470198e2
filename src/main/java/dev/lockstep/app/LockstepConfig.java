package dev.lockstep.app;

import dev.lockstep.model.HeadKind;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Settings of the installation, {@code lockstep.*}; each has its environment variable. The settings
 * of one concern have a mapping of their own: {@link WorkloadConfig}, {@link VersionsConfig},
 * {@link RetentionConfig}, {@link KeepVersionsConfig}, {@link PathsConfig}, {@link TlsConfig},
 * {@link CallerAuthenticationConfig}.
 */
@ConfigMapping(prefix = "lockstep")
public interface LockstepConfig {

  /** The namespace that Lockstep runs in: its lease and its key are there. */
  @WithDefault("lockstep-system")
  String namespace();

  /**
   * A file with a bearer token for the API server, read again every 30 s. Without it, the one that
   * every pod has.
   */
  Optional<Path> tokenFile();

  /** Whether the name of the user who changed a head is noted on it and its version. */
  @WithDefault("true")
  boolean recordUser();

  /** What gets versions. Nothing of other kinds is ever asked for. */
  @WithDefault("config-maps,secrets")
  Set<Kind> kinds();

  /** What gets versions. */
  enum Kind {
    CONFIG_MAPS(HeadKind.CONFIG_MAP),
    SECRETS(HeadKind.SECRET);

    private final HeadKind head;

    Kind(HeadKind head) {
      this.head = head;
    }

    static Set<HeadKind> heads(Set<Kind> kinds) {
      return kinds.stream().map(kind -> kind.head).collect(Collectors.toUnmodifiableSet());
    }
  }

  /**
   * Whether the webhook configurations keep the paths of the first release, which are served as
   * well: for the time of an upgrade from it, whose servers know no others.
   */
  @WithDefault("false")
  boolean fixedPaths();

  /**
   * The only namespaces that can be opted in, where rights are given in these alone. Without it,
   * all can.
   */
  Optional<Set<String>> namespaces();

  /** Which ConfigMaps and Secrets become heads: all, or only what a pod template names. */
  @WithDefault("all")
  Heads heads();

  /** Which ConfigMaps and Secrets become heads. */
  enum Heads {
    ALL,
    REFERENCED
  }

  /**
   * How long a server that is told to stop still serves, not ready: until nobody sends to it any
   * more.
   */
  @WithDefault("10s")
  @WithConverter(Bounds.NotNegative.class)
  Duration drain();
}
