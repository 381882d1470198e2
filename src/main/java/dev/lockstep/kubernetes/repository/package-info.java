/** Objects in the API server, as the rules and the controllers want them. */
package dev.lockstep.kubernetes.repository;
