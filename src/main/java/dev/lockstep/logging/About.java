package dev.lockstep.logging;

import dev.lockstep.version.ObjectId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jboss.logging.MDC;

/**
 * What log lines are about, as fields of their own: {@code namespace}, {@code kind}, {@code name},
 * {@code version}, {@code user}. Never what an object holds.
 *
 * <pre>{@code
 * About.object(head).version(number).log(() -> LOG.infof("%s: %s made", head, number));
 * }</pre>
 */
public final class About {
  private final Map<String, String> fields;

  private About(Map<String, String> fields) {
    this.fields = fields;
  }

  public static About object(ObjectId id) {
    return object(id.kind().kind(), id.namespace(), id.name());
  }

  public static About object(String kind, String namespace, String name) {
    return namespace(namespace).with("kind", kind).with("name", name);
  }

  public static About namespace(String namespace) {
    return new About(Map.of("namespace", namespace));
  }

  public About version(Object version) {
    return with("version", version.toString());
  }

  public About user(String user) {
    return with("user", user);
  }

  private About with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(fields);
    more.put(key, value);
    return new About(more);
  }

  /** Does the work; what it logs on this thread is about this. */
  public <T> T during(Supplier<T> work) {
    Map<String, Object> before = new LinkedHashMap<>();
    fields.forEach((key, value) -> before.put(key, MDC.put(key, value)));
    try {
      return work.get();
    } finally {
      before.forEach(About::restore);
    }
  }

  public void log(Runnable line) {
    during(
        () -> {
          line.run();
          return null;
        });
  }

  private static void restore(String key, Object value) {
    if (value == null) {
      MDC.remove(key);
    } else {
      MDC.put(key, value);
    }
  }
}
