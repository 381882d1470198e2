/** Makes the versions of heads, and tells on heads what became of them. */
@NullMarked
package dev.lockstep.controller.head;

import org.jspecify.annotations.NullMarked;
