package dev.lockstep.simulation;

import java.util.concurrent.Semaphore;

/** Work that goes on, from one pause to the next, when somebody else says so, and only then. */
final class TurnByTurn {
  private final Semaphore turn = new Semaphore(0);
  private final Semaphore pause = new Semaphore(0);
  private final Thread thread;
  private volatile Throwable failure;
  private volatile boolean isBegun;
  private volatile boolean isDone;

  TurnByTurn(Runnable work) {
    thread =
        new Thread(
            () -> {
              turn.acquireUninterruptibly();
              try {
                work.run();
              } catch (RuntimeException | Error e) {
                failure = e;
              }
              isDone = true;
              pause.release();
            });
    thread.setDaemon(true);
  }

  /** Until its next pause, or its end. */
  void goOn() {
    if (isDone) {
      return;
    }
    if (!isBegun) {
      isBegun = true;
      thread.start();
    }
    turn.release();
    pause.acquireUninterruptibly();
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  /** To be called by the work itself. */
  void pause() {
    pause.release();
    turn.acquireUninterruptibly();
  }

  void pauseIfRunning() {
    if (isRunning()) {
      pause();
    }
  }

  /** Whether it is the work itself that asks. */
  boolean isRunning() {
    return Thread.currentThread() == thread;
  }

  boolean isDone() {
    return isDone;
  }
}
