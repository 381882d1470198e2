/** The HTTP edge of the webhooks: routes, bodies, refusals, slow clients. */
@NullMarked
package dev.lockstep.webhook.http;

import org.jspecify.annotations.NullMarked;
