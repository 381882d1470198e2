package dev.lockstep.binding;

/** Where a request moves references that are bound already. */
enum Move {
  /** Nowhere: they are what the request names. */
  AS_NAMED,
  /** To the newest, but for heads that an undo brought back, and pinned workloads. */
  RESTART,
  /** To the newest, in any case. */
  REBIND
}
