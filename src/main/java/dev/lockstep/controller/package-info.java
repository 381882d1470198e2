/**
 * What is done without a request, by one leader: every step is idempotent and starts from what is
 * there, so it can be repeated at any time.
 */
package dev.lockstep.controller;
