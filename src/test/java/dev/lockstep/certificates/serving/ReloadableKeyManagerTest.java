package dev.lockstep.certificates.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.Test;

/** Which certificate a handshake is given. */
class ReloadableKeyManagerTest {

  private record Key(String name) implements PrivateKey {
    @Override
    public String getAlgorithm() {
      return "EC";
    }

    @Override
    public String getFormat() {
      return null;
    }

    @Override
    public byte[] getEncoded() {
      return null;
    }
  }

  /** All have the same alias, as those that are made of a file have. */
  private record Keys(String name) implements X509KeyManager {
    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return keyType.equals("EC") ? "1:leaf" : null;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return alias.equals("1:leaf") ? new Key(name) : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return alias.equals("1:leaf") ? new X509Certificate[0] : null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      throw new AssertionError("handshakes choose");
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      throw new AssertionError("it is no client");
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
      throw new AssertionError("it is no client");
    }
  }

  private final ReloadableKeyManager keys = new ReloadableKeyManager();

  private String chosen() {
    return keys.chooseEngineServerAlias("EC", null, null);
  }

  @Test
  void withoutACertificateThereIsNoAliasSoHandshakesFail() {
    assertThat(chosen()).isNull();
  }

  @Test
  void aHandshakeIsGivenTheNewest() {
    keys.renew(new Keys("one"));
    keys.renew(new Keys("two"));
    assertThat(keys.getPrivateKey(chosen())).isEqualTo(new Key("two"));
    assertThat(keys.getCertificateChain(chosen())).isEmpty();
  }

  @Test
  void aHandshakeEndsWithTheCertificateThatItBeganWith() {
    keys.renew(new Keys("one"));
    String begun = chosen();
    keys.renew(new Keys("two"));
    assertThat(keys.getPrivateKey(begun)).isEqualTo(new Key("one"));
    assertThat(chosen()).isNotEqualTo(begun);
  }

  @Test
  void aKindOfKeyThatIsNotThereHasNoAlias() {
    keys.renew(new Keys("one"));
    assertThat(keys.chooseEngineServerAlias("RSA", null, null)).isNull();
  }

  @Test
  void itIsForServersAlone() {
    keys.renew(new Keys("one"));
    assertThat(keys.chooseClientAlias(new String[] {"EC"}, null, null)).isNull();
    assertThat(keys.getClientAliases("EC", null)).isNull();
  }
}
