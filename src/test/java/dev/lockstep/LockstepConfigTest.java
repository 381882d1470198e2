package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.Rollout;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pins the name and default of each setting, so that none is renamed by accident. */
class LockstepConfigTest {

  private static LockstepConfig config(Map<String, String> properties) {
    return new SmallRyeConfigBuilder()
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
    assertThat(config.tls().certificate()).isEqualTo(Path.of("/tls/tls.crt"));
    assertThat(config.tls().key()).isEqualTo(Path.of("/tls/tls.key"));
  }

  @Test
  void names() {
    LockstepConfig config =
        config(
            Map.of(
                "lockstep.namespace", "ops",
                "lockstep.token-file", "token",
                "lockstep.record-user", "false",
                "lockstep.rollout", "pinned",
                "lockstep.missing", "deny",
                "lockstep.tls.certificate", "a.crt",
                "lockstep.tls.key", "a.key"));
    assertThat(config.namespace()).isEqualTo("ops");
    assertThat(config.tokenFile()).contains(Path.of("token"));
    assertThat(config.recordUser()).isFalse();
    assertThat(config.rollout()).isEqualTo(Rollout.PINNED);
    assertThat(config.missing()).isEqualTo(MissingPolicy.DENY);
    assertThat(config.tls().certificate()).isEqualTo(Path.of("a.crt"));
    assertThat(config.tls().key()).isEqualTo(Path.of("a.key"));
  }
}
