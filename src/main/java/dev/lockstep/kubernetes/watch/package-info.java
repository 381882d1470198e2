/** Watches of heads, namespaces, and what refers to versions. */
@NullMarked
package dev.lockstep.kubernetes.watch;

import org.jspecify.annotations.NullMarked;
