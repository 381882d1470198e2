/** The HTTP edge of the webhooks: routes, bodies, refusals, slow clients. */
package dev.lockstep.webhook.http;
