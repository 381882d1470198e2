/** Watches of heads, namespaces, and what refers to versions. */
package dev.lockstep.kubernetes.watch;
