package dev.lockstep.app;

import dev.lockstep.kubernetes.client.TokenFileProvider;
import io.fabric8.kubernetes.client.Config;
import io.quarkus.kubernetes.client.KubernetesConfigCustomizer;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Lets every client of the API server read its token from the file that is set. */
@Singleton
class TokenFileCustomizer implements KubernetesConfigCustomizer {
  private final LockstepConfig config;

  TokenFileCustomizer(LockstepConfig config) {
    this.config = config;
  }

  @Override
  public void customize(Config client) {
    config
        .tokenFile()
        .ifPresent(
            file -> client.setOauthTokenProvider(new TokenFileProvider(file, Clock.systemUTC())));
  }
}
