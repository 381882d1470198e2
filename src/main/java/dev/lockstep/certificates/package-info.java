/** Certificates for the webhooks: made, renewed, loaded. */
package dev.lockstep.certificates;
