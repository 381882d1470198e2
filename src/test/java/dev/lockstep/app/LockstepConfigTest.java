package dev.lockstep.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.app.CallerAuthenticationConfig.Mode;
import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.Rollout;
import dev.lockstep.controller.retention.RetentionController;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pins the name and default of each setting, so that none is renamed by accident. */
class LockstepConfigTest {

  private LockstepConfig config;
  private WorkloadConfig workloads;
  private KeepVersionsConfig keepVersions;
  private RetentionConfig retention;
  private TlsConfig tls;
  private CallerAuthenticationConfig callers;
  private VersionsConfig versions;

  private void read(Map<String, String> properties) {
    SmallRyeConfig all =
        new SmallRyeConfigBuilder()
            .withConverter(Duration.class, 200, new DurationConverter())
            .withMapping(LockstepConfig.class)
            .withMapping(WorkloadConfig.class)
            .withMapping(KeepVersionsConfig.class)
            .withMapping(RetentionConfig.class)
            .withMapping(VersionsConfig.class)
            .withMapping(TlsConfig.class)
            .withMapping(PathsConfig.class)
            .withMapping(CallerAuthenticationConfig.class)
            .withSources(new PropertiesConfigSource(properties, "test", 100))
            .build();
    config = all.getConfigMapping(LockstepConfig.class);
    workloads = all.getConfigMapping(WorkloadConfig.class);
    keepVersions = all.getConfigMapping(KeepVersionsConfig.class);
    retention = all.getConfigMapping(RetentionConfig.class);
    tls = all.getConfigMapping(TlsConfig.class);
    versions = all.getConfigMapping(VersionsConfig.class);
    callers = all.getConfigMapping(CallerAuthenticationConfig.class);
  }

  @Test
  void defaults() {
    read(Map.of());
    assertThat(config.namespace()).isEqualTo("lockstep-system");
    assertThat(config.tokenFile()).isEmpty();
    assertThat(config.recordUser()).isTrue();
    assertThat(workloads.rollout()).isEqualTo(Rollout.ON_APPLY);
    assertThat(workloads.missing()).isEqualTo(MissingPolicy.WARN);
    assertThat(workloads.quietPeriod()).isEqualTo(Duration.ofSeconds(10));
    assertThat(workloads.rebindPerSecond()).isEqualTo(5);
    assertThat(config.heads()).isEqualTo(LockstepConfig.Heads.ALL);
    assertThat(config.kinds())
        .containsExactlyInAnyOrder(LockstepConfig.Kind.CONFIG_MAPS, LockstepConfig.Kind.SECRETS);
    assertThat(config.namespaces()).isEmpty();
    assertThat(workloads.customKinds()).isEmpty();
    assertThat(tls.mode()).isEqualTo(TlsConfig.Mode.SELF);
    assertThat(tls.webhooks()).isEqualTo("lockstep");
    assertThat(tls.secret()).isEqualTo("lockstep-certificates");
    assertThat(tls.names()).isEmpty();
    assertThat(tls.caLifetime()).isEqualTo(Duration.ofDays(365));
    assertThat(tls.leafLifetime()).isEqualTo(Duration.ofDays(7));
    assertThat(tls.period()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.drain()).isEqualTo(Duration.ofSeconds(10));
    assertThat(callers.mode()).isEqualTo(Mode.NONE);
    assertThat(callers.ca()).isEqualTo(Path.of("/caller-ca/ca.crt"));
    assertThat(callers.allowedNames()).isEmpty();
    assertThat(keepVersions.configMaps()).isEqualTo(10);
    assertThat(keepVersions.secrets()).isEqualTo(3);
    assertThat(versions.secrets()).isEqualTo(VersionsConfig.Secrets.ALL);
    assertThat(versions.copiedLabels()).contains(List.of("velero.io/exclude-from-backup"));
    assertThat(versions.maxVersions()).isEqualTo(50);
    assertThat(retention.mode()).isEqualTo(RetentionController.Mode.DELETE);
    assertThat(retention.grace()).isEqualTo(Duration.ofSeconds(120));
    assertThat(retention.minimumAge()).isEqualTo(Duration.ofHours(1));
    assertThat(retention.sweep()).isEqualTo(Duration.ofHours(1));
    assertThat(retention.optedOut()).isEqualTo(RetentionConfig.OptedOut.KEEP);
    assertThat(tls.certificate()).isEqualTo(Path.of("/tls/tls.crt"));
    assertThat(tls.key()).isEqualTo(Path.of("/tls/tls.key"));
  }

  @Test
  void names() {
    read(
        Map.ofEntries(
            Map.entry("lockstep.namespace", "ops"),
            Map.entry("lockstep.token-file", "token"),
            Map.entry("lockstep.record-user", "false"),
            Map.entry("lockstep.rollout", "pinned"),
            Map.entry("lockstep.missing", "deny"),
            Map.entry("lockstep.quiet-period", "1m"),
            Map.entry("lockstep.rebind-per-second", "1"),
            Map.entry("lockstep.kinds", "config-maps"),
            Map.entry("lockstep.namespaces", "shop,shop-test"),
            Map.entry("lockstep.heads", "referenced"),
            Map.entry("lockstep.keep-versions.config-maps", "5"),
            Map.entry("lockstep.keep-versions.secrets", "0"),
            Map.entry("lockstep.secrets", "annotated"),
            Map.entry("lockstep.copied-labels", "example.com/*,team"),
            Map.entry("lockstep.max-versions", "7"),
            Map.entry("lockstep.retention.mode", "report"),
            Map.entry("lockstep.retention.grace", "5m"),
            Map.entry("lockstep.retention.minimum-age", "1d"),
            Map.entry("lockstep.retention.sweep", "2h"),
            Map.entry("lockstep.retention.opted-out", "clean"),
            Map.entry("lockstep.custom-kinds[0].group", "example.com"),
            Map.entry("lockstep.custom-kinds[0].version", "v1"),
            Map.entry("lockstep.custom-kinds[0].resource", "apps"),
            Map.entry("lockstep.custom-kinds[0].template", "/spec/pod"),
            Map.entry("lockstep.tls.mode", "files"),
            Map.entry("lockstep.tls.webhooks", "shops"),
            Map.entry("lockstep.tls.secret", "keys"),
            Map.entry("lockstep.tls.names", "example.com,192.0.2.7"),
            Map.entry("lockstep.tls.ca-lifetime", "90s"),
            Map.entry("lockstep.tls.leaf-lifetime", "30s"),
            Map.entry("lockstep.tls.period", "1s"),
            Map.entry("lockstep.drain", "3s"),
            Map.entry("lockstep.caller-authentication.mode", "certificate"),
            Map.entry("lockstep.caller-authentication.ca", "ca"),
            Map.entry("lockstep.caller-authentication.allowed-names", "a,b"),
            Map.entry("lockstep.tls.certificate", "a.crt"),
            Map.entry("lockstep.tls.key", "a.key")));
    assertThat(config.namespace()).isEqualTo("ops");
    assertThat(config.tokenFile()).contains(Path.of("token"));
    assertThat(config.recordUser()).isFalse();
    assertThat(workloads.rollout()).isEqualTo(Rollout.PINNED);
    assertThat(workloads.missing()).isEqualTo(MissingPolicy.DENY);
    assertThat(workloads.quietPeriod()).isEqualTo(Duration.ofMinutes(1));
    assertThat(workloads.rebindPerSecond()).isEqualTo(1);
    assertThat(config.heads()).isEqualTo(LockstepConfig.Heads.REFERENCED);
    assertThat(keepVersions.configMaps()).isEqualTo(5);
    assertThat(keepVersions.secrets()).isZero();
    assertThat(versions.secrets()).isEqualTo(VersionsConfig.Secrets.ANNOTATED);
    assertThat(versions.copiedLabels()).contains(List.of("example.com/*", "team"));
    assertThat(versions.maxVersions()).isEqualTo(7);
    assertThat(retention.mode()).isEqualTo(RetentionController.Mode.REPORT);
    assertThat(retention.grace()).isEqualTo(Duration.ofMinutes(5));
    assertThat(retention.minimumAge()).isEqualTo(Duration.ofDays(1));
    assertThat(retention.sweep()).isEqualTo(Duration.ofHours(2));
    assertThat(retention.optedOut()).isEqualTo(RetentionConfig.OptedOut.CLEAN);
    assertThat(config.kinds()).containsExactly(LockstepConfig.Kind.CONFIG_MAPS);
    assertThat(config.namespaces()).contains(Set.of("shop", "shop-test"));
    WorkloadConfig.CustomKind custom = workloads.customKinds().orElseThrow().get(0);
    assertThat(custom.group()).isEqualTo("example.com");
    assertThat(custom.version()).isEqualTo("v1");
    assertThat(custom.resource()).isEqualTo("apps");
    assertThat(custom.template()).isEqualTo("/spec/pod");
    assertThat(tls.mode()).isEqualTo(TlsConfig.Mode.FILES);
    assertThat(tls.webhooks()).isEqualTo("shops");
    assertThat(tls.secret()).isEqualTo("keys");
    assertThat(tls.names()).contains(List.of("example.com", "192.0.2.7"));
    assertThat(tls.caLifetime()).isEqualTo(Duration.ofSeconds(90));
    assertThat(tls.leafLifetime()).isEqualTo(Duration.ofSeconds(30));
    assertThat(tls.period()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.drain()).isEqualTo(Duration.ofSeconds(3));
    assertThat(callers.mode()).isEqualTo(Mode.CERTIFICATE);
    assertThat(callers.ca()).isEqualTo(Path.of("ca"));
    assertThat(callers.allowedNames()).contains(List.of("a", "b"));
    assertThat(tls.certificate()).isEqualTo(Path.of("a.crt"));
    assertThat(tls.key()).isEqualTo(Path.of("a.key"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          lockstep.keep-versions.config-maps | -1 | from 0 to 10000
          lockstep.keep-versions.secrets | 10001 | from 0 to 10000
          lockstep.keep-versions.secrets | many | from 0 to 10000
          lockstep.rebind-per-second | 0 | 1 or more
          lockstep.retention.sweep | 0s | more than 0s
          lockstep.retention.grace | -1s | 0s or more
          lockstep.retention.minimum-age | -1s | 0s or more
          lockstep.quiet-period | -5s | 0s or more
          lockstep.quiet-period | soon | such as 500ms, 10s
          lockstep.drain | -5s | 0s or more
          lockstep.tls.period | 0s | more than 0s
          lockstep.tls.ca-lifetime | 0s | more than 0s
          lockstep.tls.leaf-lifetime | 0s | more than 0s
          """)
  void aValueOutOfBoundsIsRefusedInASentenceWithTheSettingItsValueAndTheBounds(
      String setting, String value, String bounds) {
    assertThatThrownBy(() -> read(Map.of(setting, value)))
        .hasMessageContaining(setting)
        .hasMessageContaining("\"" + value + "\"")
        .hasMessageContaining(bounds);
  }
}
