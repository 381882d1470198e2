package dev.lockstep.app;

import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.Rollout;
import dev.lockstep.controller.retention.RetentionController;
import dev.lockstep.model.HeadKind;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Settings of the server, {@code lockstep.*}; each has its environment variable. */
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

  /** When workloads move on to newer versions, where neither they nor their namespace say. */
  @WithDefault("on-apply")
  Rollout rollout();

  /** For how long no head of a namespace has to change before workloads follow by themselves. */
  @WithDefault("10s")
  Duration quietPeriod();

  /** How many workloads at most are re-bound a second, in the whole cluster. */
  @WithDefault("5")
  int rebindPerSecond();

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

    HeadKind head() {
      return head;
    }
  }

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

  /** What happens when a required reference names nothing, where nobody else says. */
  @WithDefault("warn")
  MissingPolicy missing();

  /**
   * Kinds of the cluster's own that have a pod template. Where none are named, Argo Rollouts; its
   * CRD need not be there.
   */
  Optional<List<CustomKind>> customKinds();

  /**
   * How long a server that is told to stop still serves, not ready: until nobody sends to it any
   * more.
   */
  @WithDefault("10s")
  Duration drain();

  KeepVersions keepVersions();

  CallerAuthentication callerAuthentication();

  Retention retention();

  Tls tls();

  /** How many newest versions of a head are kept, used or not. */
  interface KeepVersions {
    @WithDefault("10")
    int configMaps();

    @WithDefault("3")
    int secrets();
  }

  /** Whether the API server has to show that it is one. */
  interface CallerAuthentication {
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

  /** When versions that nobody needs go. */
  interface Retention {
    @WithDefault("delete")
    RetentionController.Mode mode();

    /** Between the first sighting as unused and the delete; longer than any request takes. */
    @WithDefault("120s")
    Duration grace();

    /** Nothing younger goes: a restore brings versions before workloads. */
    @WithDefault("1h")
    Duration minimumAge();

    /** Between two looks at all namespaces. */
    @WithDefault("1h")
    Duration sweep();

    /** What happens to the versions of a namespace that is not opted in any more. */
    @WithDefault("keep")
    OptedOut optedOut();
  }

  /** What happens to the versions of a namespace that is not opted in any more. */
  enum OptedOut {
    KEEP,
    /** What nobody uses goes, as elsewhere. */
    CLEAN
  }

  /** A kind that has a pod template. */
  interface CustomKind {
    String group();

    String version();

    /** As in the API's paths: {@code rollouts}. */
    String resource();

    /** A JSON pointer: {@code /spec/template}. */
    String template();
  }

  /** What the webhooks are served with. */
  interface Tls {
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
    Duration caLifetime();

    @WithDefault("7d")
    Duration leafLifetime();

    /** Between two looks at certificate and webhook configurations. */
    @WithDefault("5s")
    Duration period();

    /** Where certificates come from. */
    enum Mode {
      /** Made and renewed by the server itself. */
      SELF,
      /** Read from two files, again when they change. */
      FILES
    }
  }
}
