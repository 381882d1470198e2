package dev.lockstep.controller.queue;

import dev.lockstep.logging.LogContext;
import dev.lockstep.model.ApiServerException;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/** Runs what only the leader does. Whatever goes wrong is told, counted and tried again. */
public final class LeaderTasks {
  private static final Logger LOG = Logger.getLogger(LeaderTasks.class);

  private final AtomicLong failures = new AtomicLong();
  private volatile boolean leading;

  public void leading(boolean isSo) {
    leading = isSo;
  }

  public boolean isLeading() {
    return leading;
  }

  /** How many tasks failed since this server started. */
  public long failures() {
    return failures.get();
  }

  /**
   * @param what for the log
   * @return false if it is to be tried again
   */
  public boolean attempt(LogContext about, Object what, Runnable work) {
    return about.during(() -> attempt(what, work));
  }

  private boolean attempt(Object what, Runnable work) {
    if (!leading) {
      return true;
    }
    try {
      work.run();
      return true;
    } catch (ApiServerException e) {
      failures.incrementAndGet();
      LOG.warnf("%s: not done yet: %s", what, e.discreet().getMessage());
      return false;
    } catch (RuntimeException e) {
      failures.incrementAndGet();
      LOG.errorf(e, "%s: not done", what);
      return false;
    }
  }
}
