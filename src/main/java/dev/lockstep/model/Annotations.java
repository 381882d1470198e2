package dev.lockstep.model;

/** Every annotation that Lockstep reads or writes. */
public final class Annotations {
  /** Annotation on a version: its head's name in full. */
  public static final String HEAD_NAME = "lockstep.dev/head-name";

  /** Annotation on a head: the highest number ever given to it. */
  public static final String NEWEST = "lockstep.dev/newest";

  /** Annotation on heads and versions: the name of the user who brought this content. */
  public static final String CHANGED_BY = "lockstep.dev/changed-by";

  /**
   * Annotation on a head, consumed by its admission: asks for a stamp. Its value is the number to
   * give up because a stranger's object has its name, or empty.
   */
  public static final String RESTAMP = "lockstep.dev/restamp";

  /** Annotation on a pod template: {@code configmap/app-config=v001,secret/app-secret=v000}. */
  public static final String BINDINGS = "lockstep.dev/bindings";

  /** Annotation on a workload, consumed by its admission: bind to what is current. */
  public static final String REBIND = "lockstep.dev/rebind";

  /** Annotation on a workload: heads whose older version was brought back by an undo. */
  public static final String HELD = "lockstep.dev/held";

  /** Annotation on a workload: required references that named nothing when it was admitted. */
  public static final String WAITING = "lockstep.dev/waiting";

  /** Annotation on revisions from before opt-in: what their bare references meant then. */
  public static final String BASELINE = "lockstep.dev/baseline";

  /** Annotation on heads and namespaces: {@code "false"} leaves out, {@code "true"} takes in. */
  public static final String VERSIONED = "lockstep.dev/versioned";

  /** Spinnaker's name for {@link #VERSIONED}. */
  public static final String SPINNAKER_VERSIONED = "strategy.spinnaker.io/versioned";

  /** Annotation on a namespace: which kinds get versions there, {@code config-maps,secrets}. */
  public static final String KINDS = "lockstep.dev/kinds";

  /** Annotation on workloads and namespaces: {@code on-apply}, {@code auto} or {@code pinned}. */
  public static final String ROLLOUT = "lockstep.dev/rollout";

  /** Annotation on workloads and namespaces: {@code warn}, {@code deny} or {@code ignore}. */
  public static final String MISSING = "lockstep.dev/missing";

  /** Annotation on a version: when it was first seen unused, RFC 3339; retention's mark. */
  public static final String UNUSED_SINCE = "lockstep.dev/unused-since";

  /** Annotation on a version: {@code "true"} keeps it for ever. */
  public static final String KEEP = "lockstep.dev/keep";

  /** Annotation on a version: {@code "true"} lets it be deleted by hand although it is in use. */
  public static final String ALLOW_DELETE = "lockstep.dev/allow-delete";

  /** Annotation on heads and namespaces: how many newest versions are kept, used or not. */
  public static final String KEEP_VERSIONS = "lockstep.dev/keep-versions";

  /** Spinnaker's name for {@link #KEEP_VERSIONS}. */
  public static final String SPINNAKER_MAX_HISTORY = "strategy.spinnaker.io/max-version-history";

  private Annotations() {}
}
