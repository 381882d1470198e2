package dev.lockstep.logging;

import dev.lockstep.model.ObjectKey;
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
public final class LogContext {
  private final Map<String, String> fields;

  private LogContext(Map<String, String> fields) {
    this.fields = fields;
  }

  public static LogContext object(ObjectKey id) {
    return object(id.kind().kind(), id.namespace(), id.name());
  }

  public static LogContext object(String kind, String namespace, String name) {
    return namespace(namespace).with("kind", kind).with("name", name);
  }

  public static LogContext namespace(String namespace) {
    return new LogContext(Map.of("namespace", namespace));
  }

  public LogContext version(Object version) {
    return with("version", version.toString());
  }

  public LogContext user(String user) {
    return with("user", user);
  }

  private LogContext with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(fields);
    more.put(key, value);
    return new LogContext(more);
  }

  /** Does the work; what it logs on this thread is about this. */
  public <T> T during(Supplier<T> work) {
    Map<String, Object> before = new LinkedHashMap<>();
    fields.forEach((key, value) -> before.put(key, MDC.put(key, value)));
    try {
      return work.get();
    } finally {
      before.forEach(LogContext::restore);
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
