/** Gives a namespace that is opted in its first versions. */
package dev.lockstep.controller.namespace;
