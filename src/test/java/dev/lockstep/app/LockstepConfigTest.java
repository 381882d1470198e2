package dev.lockstep.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.LockstepConfig.CallerAuthentication.Mode;
import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.Rollout;
import dev.lockstep.controller.retention.RetentionController;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Pins the name and default of each setting, so that none is renamed by accident. */
class LockstepConfigTest {

  private static LockstepConfig config(Map<String, String> properties) {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(LockstepConfig.class)
        .withSources(new PropertiesConfigSource(properties, "test", 100))
        .build()
        .getConfigMapping(LockstepConfig.class);
  }

  @Test
  void defaults() {
    LockstepConfig config = config(Map.of());
    assertThat(config.namespace()).isEqualTo("lockstep-system");
    assertThat(config.tokenFile()).isEmpty();
    assertThat(config.recordUser()).isTrue();
    assertThat(config.rollout()).isEqualTo(Rollout.ON_APPLY);
    assertThat(config.missing()).isEqualTo(MissingPolicy.WARN);
    assertThat(config.quietPeriod()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.rebindPerSecond()).isEqualTo(5);
    assertThat(config.heads()).isEqualTo(LockstepConfig.Heads.ALL);
    assertThat(config.kinds())
        .containsExactlyInAnyOrder(LockstepConfig.Kind.CONFIG_MAPS, LockstepConfig.Kind.SECRETS);
    assertThat(config.namespaces()).isEmpty();
    assertThat(config.customKinds()).isEmpty();
    assertThat(config.tls().mode()).isEqualTo(LockstepConfig.Tls.Mode.SELF);
    assertThat(config.tls().webhooks()).isEqualTo("lockstep");
    assertThat(config.tls().secret()).isEqualTo("lockstep-certificates");
    assertThat(config.tls().names()).isEmpty();
    assertThat(config.tls().caLifetime()).isEqualTo(Duration.ofDays(365));
    assertThat(config.tls().leafLifetime()).isEqualTo(Duration.ofDays(7));
    assertThat(config.tls().period()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.drain()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.callerAuthentication().mode()).isEqualTo(Mode.NONE);
    assertThat(config.callerAuthentication().ca()).isEqualTo(Path.of("/caller-ca/ca.crt"));
    assertThat(config.callerAuthentication().allowedNames()).isEmpty();
    assertThat(config.keepVersions().configMaps()).isEqualTo(10);
    assertThat(config.keepVersions().secrets()).isEqualTo(3);
    assertThat(config.retention().mode()).isEqualTo(RetentionController.Mode.DELETE);
    assertThat(config.retention().grace()).isEqualTo(Duration.ofSeconds(120));
    assertThat(config.retention().minimumAge()).isEqualTo(Duration.ofHours(1));
    assertThat(config.retention().sweep()).isEqualTo(Duration.ofHours(1));
    assertThat(config.retention().optedOut()).isEqualTo(LockstepConfig.OptedOut.KEEP);
    assertThat(config.tls().certificate()).isEqualTo(Path.of("/tls/tls.crt"));
    assertThat(config.tls().key()).isEqualTo(Path.of("/tls/tls.key"));
  }

  @Test
  void names() {
    LockstepConfig config =
        config(
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
    assertThat(config.rollout()).isEqualTo(Rollout.PINNED);
    assertThat(config.missing()).isEqualTo(MissingPolicy.DENY);
    assertThat(config.quietPeriod()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.rebindPerSecond()).isEqualTo(1);
    assertThat(config.heads()).isEqualTo(LockstepConfig.Heads.REFERENCED);
    assertThat(config.keepVersions().configMaps()).isEqualTo(5);
    assertThat(config.keepVersions().secrets()).isZero();
    assertThat(config.retention().mode()).isEqualTo(RetentionController.Mode.REPORT);
    assertThat(config.retention().grace()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.retention().minimumAge()).isEqualTo(Duration.ofDays(1));
    assertThat(config.retention().sweep()).isEqualTo(Duration.ofHours(2));
    assertThat(config.retention().optedOut()).isEqualTo(LockstepConfig.OptedOut.CLEAN);
    assertThat(config.kinds()).containsExactly(LockstepConfig.Kind.CONFIG_MAPS);
    assertThat(config.namespaces()).contains(Set.of("shop", "shop-test"));
    LockstepConfig.CustomKind custom = config.customKinds().orElseThrow().get(0);
    assertThat(custom.group()).isEqualTo("example.com");
    assertThat(custom.version()).isEqualTo("v1");
    assertThat(custom.resource()).isEqualTo("apps");
    assertThat(custom.template()).isEqualTo("/spec/pod");
    assertThat(config.tls().mode()).isEqualTo(LockstepConfig.Tls.Mode.FILES);
    assertThat(config.tls().webhooks()).isEqualTo("shops");
    assertThat(config.tls().secret()).isEqualTo("keys");
    assertThat(config.tls().names()).contains(List.of("example.com", "192.0.2.7"));
    assertThat(config.tls().caLifetime()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.tls().leafLifetime()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.tls().period()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.drain()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.callerAuthentication().mode()).isEqualTo(Mode.CERTIFICATE);
    assertThat(config.callerAuthentication().ca()).isEqualTo(Path.of("ca"));
    assertThat(config.callerAuthentication().allowedNames()).contains(List.of("a", "b"));
    assertThat(config.tls().certificate()).isEqualTo(Path.of("a.crt"));
    assertThat(config.tls().key()).isEqualTo(Path.of("a.key"));
  }
}
