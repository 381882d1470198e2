package dev.lockstep.versioning;

import dev.lockstep.model.HeadKind;

/** Told of what becomes of contents. Has to be quick. */
public interface VersionListener {

  /** For who does not want to know. */
  VersionListener NONE =
      new VersionListener() {
        @Override
        public void made(HeadKind kind) {}

        @Override
        public void reused(HeadKind kind) {}
      };

  /** A version was written to the API server. */
  void made(HeadKind kind);

  /** A content came back, and with it the number of its older version. */
  void reused(HeadKind kind);
}
