/**
 * Which references pod templates have, and which version each of them gets. Pure: it knows JSON and
 * what {@link dev.lockstep.versioning.VersionResolver} says of a name.
 */
package dev.lockstep.binding;
