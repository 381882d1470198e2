/** What all packages speak of: heads, versions, hashes, labels, and errors. */
@NullMarked
package dev.lockstep.model;

import org.jspecify.annotations.NullMarked;
