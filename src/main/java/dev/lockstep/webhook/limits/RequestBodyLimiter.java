package dev.lockstep.webhook.limits;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Bounds how much memory bodies take from their first byte on until they are answered. Who finds no
 * place waits in line, on no thread.
 */
public final class RequestBodyLimiter {
  /** So little that who sends it need not stand in line behind large ones. */
  private static final int SMALL_BYTES = 64 * 1024;

  private final Deque<Place> line = new ArrayDeque<>();
  private final long all;
  private long free;

  RequestBodyLimiter(long bytes) {
    all = bytes;
    free = bytes;
  }

  /** A part of the memory that this process may have, and enough for one of the largest. */
  public static RequestBodyLimiter ofMemory(double part, long largest) {
    return new RequestBodyLimiter(
        Math.max((long) (Runtime.getRuntime().maxMemory() * part), largest));
  }

  /** A request's place, or its place in line. */
  public final class Place {
    private final long bytes;
    private final Consumer<Place> called;
    private boolean isTaken;

    private Place(long bytes, Consumer<Place> called) {
      this.bytes = bytes;
      this.called = called;
    }

    /** Whether it is there by now, and has not been left. */
    public boolean isTaken() {
      synchronized (RequestBodyLimiter.this) {
        return isTaken;
      }
    }

    /** Gives it back, or leaves the line. May be called again. */
    public void leave() {
      List<Place> next;
      synchronized (RequestBodyLimiter.this) {
        if (isTaken) {
          isTaken = false;
          free += bytes;
        } else {
          line.remove(this);
        }
        next = moveUp();
      }
      next.forEach(place -> place.called.accept(place));
    }
  }

  /**
   * Takes a place, or stands in line for one.
   *
   * @param bytes of the body
   * @param called with the place when it is taken: now, or later by whoever has left another
   * @throws TooLargeException if it is more than there is
   */
  public Place take(long bytes, Consumer<Place> called) {
    if (bytes > all) {
      throw new TooLargeException();
    }
    Place place = new Place(bytes, called);
    synchronized (this) {
      if (bytes > free || (bytes > SMALL_BYTES && !line.isEmpty())) {
        line.add(place);
        return place;
      }
      hold(place);
    }
    called.accept(place);
    return place;
  }

  private List<Place> moveUp() {
    List<Place> next = new ArrayList<>();
    while (!line.isEmpty() && line.peek().bytes <= free) {
      Place first = line.poll();
      hold(first);
      next.add(first);
    }
    return next;
  }

  private void hold(Place place) {
    free -= place.bytes;
    place.isTaken = true;
  }
}
