package dev.lockstep.app;

import dev.lockstep.webhook.http.AdmissionExecutors;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.threads.EnhancedQueueExecutor;

/** All threads that Lockstep starts, by what they do. None of them keeps the process alive. */
@Singleton
class Executors {
  private static final int LOOK_UP_THREADS = 32;
  private static final int URGENT_THREADS = 4;
  private static final int PASS_THREADS = 2;
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final List<ExecutorService> all = Collections.synchronizedList(new ArrayList<>());

  private final ExecutorService lookUps = pool("look-up", LOOK_UP_THREADS);
  private final ExecutorService headReviews = pool("head", AdmissionExecutors.THREADS);
  private final ExecutorService workloadReviews = pool("workload", AdmissionExecutors.THREADS);
  private final ScheduledExecutorService urgent = scheduled("reconciler", URGENT_THREADS);
  private final ScheduledExecutorService passes = scheduled("pass", PASS_THREADS);
  private final ScheduledExecutorService sweeps = scheduled("sweep", 1);
  private final ScheduledExecutorService watchdog = scheduled("watchdog", 1);
  private final ScheduledExecutorService namespaces = scheduled("namespaces", 1);
  private final ScheduledExecutorService certificates = scheduled("certificate", 1);
  private final ScheduledExecutorService paths = scheduled("path", 1);
  private final ScheduledExecutorService leadership = scheduled("leader", 1);

  /** Calls to the API server that a review makes at the same time. */
  ExecutorService lookUps() {
    return lookUps;
  }

  ExecutorService headReviews() {
    return headReviews;
  }

  /** Not those of heads: a review of a workload may wait for the review of a head. */
  ExecutorService workloadReviews() {
    return workloadReviews;
  }

  /** What somebody waits for: heads that changed, the API server's probe. */
  ScheduledExecutorService urgent() {
    return urgent;
  }

  /** What goes through whole namespaces. */
  ScheduledExecutorService passes() {
    return passes;
  }

  /** One thread: a sweep through all namespaces is in nobody's way, and slow on purpose. */
  ScheduledExecutorService sweeps() {
    return sweeps;
  }

  /** One thread, which may wait for the API server; the liveness probe must not. */
  ScheduledExecutorService watchdog() {
    return watchdog;
  }

  /** Reads the few namespaces again that may be opted in, where rights are given in these alone. */
  ScheduledExecutorService namespaces() {
    return namespaces;
  }

  ScheduledExecutorService certificates() {
    return certificates;
  }

  /** Looks after the path by which API servers call. */
  ScheduledExecutorService paths() {
    return paths;
  }

  /** Begins the next term of the leader election when one has ended. */
  ScheduledExecutorService leadership() {
    return leadership;
  }

  /** What runs is interrupted, and nothing is begun any more. */
  void stop() {
    all.forEach(ExecutorService::shutdownNow);
  }

  /**
   * Threads that come as they are needed, and go when they are not. Who was idle last works next:
   * what it needs is in the processor's caches.
   */
  private ExecutorService pool(String name, int threads) {
    return added(
        new EnhancedQueueExecutor.Builder()
            .setCorePoolSize(1)
            .setMaximumPoolSize(threads)
            .setKeepAliveTime(IDLE)
            .setThreadFactory(named(name))
            // Nobody looks, and Java's management would have to be loaded for it.
            .setRegisterMBean(false)
            .build());
  }

  private ScheduledExecutorService scheduled(String name, int threads) {
    return added(new ScheduledThreadPoolExecutor(threads, named(name)));
  }

  private <T extends ExecutorService> T added(T executor) {
    all.add(executor);
    return executor;
  }

  private static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "lockstep-" + name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
