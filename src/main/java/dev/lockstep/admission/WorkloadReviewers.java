package dev.lockstep.admission;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * The threads that review workloads. They may wait for the admission of a head, which is ours as
 * well, so they must not be those that review heads.
 */
public final class WorkloadReviewers implements Executor, AutoCloseable {
  private static final int THREADS = 64;

  private final ExecutorService executor;

  public WorkloadReviewers(ThreadFactory threads) {
    executor = Executors.newFixedThreadPool(THREADS, threads);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
