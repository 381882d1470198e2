/** Makes the versions of heads, and tells on heads what became of them. */
package dev.lockstep.controller.head;
