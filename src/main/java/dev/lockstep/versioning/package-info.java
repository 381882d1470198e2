/**
 * The rules of heads and versions: names, numbers, content hashes, stamps, and who makes a version
 * when. Pure: it knows JSON and a {@link dev.lockstep.versioning.VersionStore}, neither HTTP nor a
 * client.
 */
package dev.lockstep.versioning;
