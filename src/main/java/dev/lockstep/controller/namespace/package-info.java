/** Gives a namespace that is opted in its first versions. */
@NullMarked
package dev.lockstep.controller.namespace;

import org.jspecify.annotations.NullMarked;
