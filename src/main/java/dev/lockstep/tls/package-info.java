/** The certificate that the webhooks are served with. */
package dev.lockstep.tls;
