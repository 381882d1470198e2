package dev.lockstep.certificates.serving;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;

/**
 * Shows a certificate that can be renewed at any time: each handshake takes the newest. An alias
 * names the certificate that it was chosen from, so a handshake which is under way ends with the
 * one that it began with. Handshakes fail as long as there is none.
 */
final class ReloadableKeyManager extends X509ExtendedKeyManager {

  private record Shown(int generation, X509KeyManager keys) {
    String alias(String alias) {
      return alias == null ? null : generation + ":" + alias;
    }
  }

  private volatile Shown current;
  private volatile Shown previous;

  synchronized void renew(X509KeyManager keys) {
    Shown renewed = new Shown(current == null ? 0 : current.generation() + 1, keys);
    previous = current == null ? renewed : current;
    current = renewed;
  }

  private X509KeyManager of(String alias) {
    Shown shown = current;
    return alias.startsWith(shown.generation() + ":") ? shown.keys() : previous.keys();
  }

  private static String inner(String alias) {
    return alias.substring(alias.indexOf(':') + 1);
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    return chooseServerAlias(keyType, issuers, null);
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    Shown shown = current;
    return shown == null
        ? null
        : shown.alias(shown.keys().chooseServerAlias(keyType, issuers, socket));
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return of(alias).getCertificateChain(inner(alias));
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return of(alias).getPrivateKey(inner(alias));
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return null;
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return null;
  }

  @Override
  public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
    return null;
  }
}
