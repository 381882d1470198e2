package dev.lockstep.certificates.serving;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows a certificate that can be renewed at any time: each handshake takes the newest. An alias
 * names the certificate that it was chosen from, so a handshake which is under way ends with the
 * one that it began with. Handshakes fail as long as there is none.
 */
final class ReloadableKeyManager extends X509ExtendedKeyManager {

  private record Shown(int generation, X509KeyManager keys) {
    @Nullable String alias(@Nullable String alias) {
      return alias == null ? null : generation + ":" + alias;
    }
  }

  private volatile @Nullable Shown current;
  private volatile @Nullable Shown previous;

  synchronized void renew(X509KeyManager keys) {
    Shown renewed = new Shown(current == null ? 0 : current.generation() + 1, keys);
    previous = current == null ? renewed : current;
    current = renewed;
  }

  private X509KeyManager of(String alias) {
    Shown shown = Objects.requireNonNull(current);
    return alias.startsWith(shown.generation() + ":")
        ? shown.keys()
        : Objects.requireNonNull(previous).keys();
  }

  private static String inner(String alias) {
    return alias.substring(alias.indexOf(':') + 1);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return chooseServerAlias(keyType, issuers, null);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    Shown shown = current;
    return shown == null
        ? null
        : shown.alias(shown.keys().chooseServerAlias(keyType, issuers, socket));
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return of(alias).getCertificateChain(inner(alias));
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return of(alias).getPrivateKey(inner(alias));
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
