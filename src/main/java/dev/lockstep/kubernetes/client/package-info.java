/** Calls to the API server, and what becomes of their answers. */
package dev.lockstep.kubernetes.client;
