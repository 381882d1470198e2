package dev.lockstep.kubernetes.watch;

import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.function.BooleanSupplier;

/**
 * How a watch is.
 *
 * @param runs false once it has ended, for good
 * @param hears whether it has a connection to the API server
 */
public record WatchStatus(BooleanSupplier runs, BooleanSupplier hears) {
  static WatchStatus of(SharedIndexInformer<?> informer) {
    return new WatchStatus(informer::isRunning, informer::isWatching);
  }
}
