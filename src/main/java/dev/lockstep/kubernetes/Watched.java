package dev.lockstep.kubernetes;

import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.function.BooleanSupplier;

/**
 * How a watch is.
 *
 * @param runs false once it has ended, for good
 * @param hears whether it has a connection to the API server
 */
public record Watched(BooleanSupplier runs, BooleanSupplier hears) {
  static Watched of(SharedIndexInformer<?> informer) {
    return new Watched(informer::isRunning, informer::isWatching);
  }
}
