package dev.lockstep.callers;

import java.util.List;
import java.util.Optional;

/** By what API servers call our webhooks, as our two webhook configurations say. */
public interface WebhookConfigurations {

  /**
   * One webhook.
   *
   * @param configuration where it stands, as the API's path
   * @param version of the configuration
   * @param index of the webhook in it
   * @param url that of a server outside of the cluster, without its path; empty for a Service
   * @param prefix empty for what is no path of ours
   */
  record Called(
      String configuration,
      String version,
      int index,
      WebhookPath webhook,
      Optional<String> url,
      Optional<PathPrefix> prefix) {}

  /**
   * Each webhook; none of a configuration that is not there.
   *
   * @throws dev.lockstep.model.ApiServerException if they may not be read, or nobody answers
   */
  List<Called> read();

  /**
   * Writes the ones that differ.
   *
   * @return false if somebody else has written since they were read
   */
  boolean write(List<Called> read, PathPrefix prefix);
}
