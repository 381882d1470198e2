/** Certificates for the webhooks: made, renewed, loaded. */
@NullMarked
package dev.lockstep.certificates;

import org.jspecify.annotations.NullMarked;
