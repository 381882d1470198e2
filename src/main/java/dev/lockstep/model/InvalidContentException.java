package dev.lockstep.model;

/** What an object holds can't be read; the message names the field, never the value. */
public final class InvalidContentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidContentException(String message) {
    super(message);
  }
}
