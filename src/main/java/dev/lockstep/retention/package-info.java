/**
 * Which versions may go: those that nobody can need any more. Pure: what is used and what is there
 * is looked up elsewhere.
 */
package dev.lockstep.retention;
