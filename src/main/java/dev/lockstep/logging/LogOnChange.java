package dev.lockstep.logging;

import org.jboss.logging.Logger;

/** What fails at each look is told once. */
public final class LogOnChange {
  private final Logger log;
  private String told = "";

  public LogOnChange(Logger log) {
    this.log = log;
  }

  public synchronized void about(String what) {
    if (!what.equals(told)) {
      log.warn(what);
      told = what;
    }
  }

  /** If it fails again, it is told again. */
  public synchronized void over() {
    told = "";
  }
}
