package dev.lockstep.certificates.rotation;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;

/** Makes of a leaf what a TLS server is given. */
final class LeafKeys {
  private LeafKeys() {}

  static X509KeyManager of(Leaf leaf) {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry("leaf", leaf.key(), new char[0], new X509Certificate[] {leaf.certificate()});
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, new char[0]);
      for (KeyManager manager : factory.getKeyManagers()) {
        if (manager instanceof X509KeyManager x509) {
          return x509;
        }
      }
      throw new IllegalStateException("Java has no key manager for X.509");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the kept certificate can't be served", e);
    }
  }
}
