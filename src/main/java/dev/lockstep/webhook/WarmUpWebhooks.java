package dev.lockstep.webhook;

/**
 * What the server asks itself before it is ready: the webhooks on objects that are made up, on
 * paths that are there until then. What they answer changes nothing and is in no metric.
 */
public final class WarmUpWebhooks {
  /** Before the paths of the webhooks: {@code /warm-up/mutate/heads}. */
  public static final String PATH = "/warm-up";

  private final HeadWebhook heads;
  private final WorkloadWebhook workloads;
  private volatile boolean over;

  public WarmUpWebhooks(HeadWebhook heads, WorkloadWebhook workloads) {
    this.heads = heads;
    this.workloads = workloads;
  }

  /** From now on these paths are not there. */
  public void end() {
    over = true;
  }

  public boolean isOver() {
    return over;
  }

  /** The path of the webhook that is asked on this path. */
  public String webhook(String path) {
    return !over && path.startsWith(PATH) ? path.substring(PATH.length()) : path;
  }

  public HeadWebhook heads() {
    return heads;
  }

  public WorkloadWebhook workloads() {
    return workloads;
  }
}
