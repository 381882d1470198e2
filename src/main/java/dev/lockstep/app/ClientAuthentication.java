package dev.lockstep.app;

import dev.lockstep.app.LockstepConfig.CallerAuthentication.Mode;
import dev.lockstep.certificates.serving.ClientCaTrustManager;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.TrustOptions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/** Who may call the webhooks, where that is set; probes and metrics are not behind it. */
@Singleton
class ClientAuthentication implements HttpServerOptionsCustomizer {
  private final LockstepConfig.CallerAuthentication settings;

  ClientAuthentication(LockstepConfig config) {
    settings = config.callerAuthentication();
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    if (settings.mode() == Mode.CERTIFICATE) {
      ClientCaTrustManager trust =
          new ClientCaTrustManager(
              settings.ca(), Set.copyOf(settings.allowedNames().orElse(List.of())));
      options.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(TrustOptions.wrap(trust));
    }
  }
}
