package dev.lockstep.controller.queue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers so many entries, and forgets the one that was not used for the longest time. What it
 * keeps saves work or repeated words; to forget one of them is never wrong.
 */
public final class BoundedMap<K, V> {
  private final Map<K, V> entries;

  public BoundedMap(int capacity) {
    this.entries =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > capacity;
          }
        };
  }

  public synchronized Optional<V> get(K key) {
    return Optional.ofNullable(entries.get(key));
  }

  /** What was there before. */
  public synchronized Optional<V> put(K key, V value) {
    return Optional.ofNullable(entries.put(key, value));
  }

  public synchronized void remove(K key) {
    entries.remove(key);
  }
}
