package dev.lockstep.model;

import java.util.Objects;

/** What an object holds can't be read; the message names the field, never the value. */
public final class InvalidContentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidContentException(String message) {
    super(message);
  }

  /** Never null: none is made without one. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
