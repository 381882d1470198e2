/** Objects in the API server, as the rules and the controllers want them. */
@NullMarked
package dev.lockstep.kubernetes.repository;

import org.jspecify.annotations.NullMarked;
