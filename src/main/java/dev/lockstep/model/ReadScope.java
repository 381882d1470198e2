package dev.lockstep.model;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One look-up on behalf of a namespace. What it reads takes memory as long as it lasts, so the
 * first large answer waits for its share, with nothing held that others could wait for.
 */
public final class ReadScope {
  private static final ThreadLocal<ReadScope> CURRENT = new ThreadLocal<>();

  /** Shares something between namespaces. */
  public interface Shares {

    /**
     * @return what gives it back
     * @throws ApiServerException if there is none in time
     */
    Runnable take(String namespace, long amount);
  }

  private final String namespace;
  private Optional<Runnable> held = Optional.empty();
  private boolean isOver;

  private ReadScope(String namespace) {
    this.namespace = namespace;
  }

  /** Does the work on this thread; afterwards nothing large may be left of what it read. */
  public static <T> T within(String namespace, Supplier<T> work) {
    ReadScope scope = new ReadScope(namespace);
    try {
      return scope.with(work);
    } finally {
      scope.end();
    }
  }

  /** The scope of this thread, to be taken along to another. */
  static Optional<ReadScope> current() {
    return Optional.ofNullable(CURRENT.get());
  }

  <T> T with(Supplier<T> work) {
    ReadScope before = CURRENT.get();
    CURRENT.set(this);
    try {
      return work.get();
    } finally {
      if (before == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(before);
      }
    }
  }

  /** A read, if it belongs to a look-up: one of so many at once. */
  public static <T> T reading(Shares places, Supplier<T> read) {
    Optional<ReadScope> scope = current();
    if (scope.isEmpty()) {
      return read.get();
    }
    Runnable place = places.take(scope.get().namespace, 1);
    try {
      return read.get();
    } finally {
      place.run();
    }
  }

  /** Before a large answer is taken apart, if it belongs to a look-up. */
  public static void expect(Shares memory, long bytes) {
    current().ifPresent(scope -> scope.take(memory, bytes));
  }

  /** A look-up reads objects of one size, a head and its version: once is enough for all. */
  private synchronized void take(Shares memory, long bytes) {
    if (isOver) {
      throw new ApiServerException(ApiServerException.NO_ANSWER, "nobody waits for it any more");
    }
    if (held.isEmpty()) {
      held = Optional.of(memory.take(namespace, bytes));
    }
  }

  private synchronized void end() {
    isOver = true;
    held.ifPresent(Runnable::run);
  }
}
