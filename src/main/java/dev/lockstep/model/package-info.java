/** What all packages speak of: heads, versions, hashes, labels, and errors. */
package dev.lockstep.model;
