package dev.lockstep.certificates;

import java.security.cert.X509Certificate;
import java.util.Set;

/**
 * What API servers check the certificate with when they call one webhook.
 *
 * @param configuration where it stands, as the API's path
 * @param version of the configuration
 * @param index of the webhook in it
 * @param authorities none, too, if what stands there can't be read
 */
public record CaBundle(
    String configuration,
    String version,
    int index,
    String webhook,
    Set<X509Certificate> authorities) {}
