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

  /**
   * Annotation on a ConfigMap or Secret that never had versions: {@value #FILLED_BY_A_PROGRAM},
   * where it was empty until somebody wrote into it who did not apply it.
   */
  public static final String LEFT_OUT = "lockstep.dev/left-out";

  public static final String FILLED_BY_A_PROGRAM = "filled-by-a-program";

  /** Annotation on heads and versions: why they were changed, as kubectl knows it. */
  public static final String CHANGE_CAUSE = "kubernetes.io/change-cause";

  /** Annotation on a version: the commit that a GitOps tool noted on the head. */
  public static final String COMMIT = "lockstep.dev/commit";

  /** Annotation on a pod template: {@code configmap/app-config=v001,secret/app-secret=v000}. */
  public static final String BINDINGS = "lockstep.dev/bindings";

  /** Annotation on a workload, consumed by its admission: bind to what is current. */
  public static final String REBIND = "lockstep.dev/rebind";

  /** Annotation on a workload: heads whose older version was brought back by an undo. */
  public static final String HELD = "lockstep.dev/held";

  /** Annotation on a workload: required references that named nothing when it was admitted. */
  public static final String WAITING = "lockstep.dev/waiting";

  /**
   * Annotation on a workload: managers that declare what another one took over by force, {@code
   * containers/app=Apply/argocd}.
   */
  public static final String CO_OWNERS = "lockstep.dev/co-owners";

  /** Annotation on revisions from before opt-in: what their bare references meant then. */
  public static final String BASELINE = "lockstep.dev/baseline";

  /** Annotation on a workload: when and by whom it was last released, which opens a window. */
  public static final String RELEASED = "lockstep.dev/released";

  /** Annotation on a workload: how often configuration of its release has moved it so far. */
  public static final String WINDOW_MOVES = "lockstep.dev/window-moves";

  /**
   * Annotation on a workload: heads that its release has brought a new version of. Another change
   * of theirs belongs to the next release, however soon it comes.
   */
  public static final String RELEASE_HEADS = "lockstep.dev/release-heads";

  /** Annotation on a revision that nobody meant: why there is a next one of the same release. */
  public static final String IN_BETWEEN = "lockstep.dev/in-between";

  /**
   * Annotation on a workload that is left bare, because its writer insists: since when, and who.
   */
  public static final String STEPPED_BACK = "lockstep.dev/stepped-back";

  /** Annotation on a workload: who wrote bare names again, how often, and what was there then. */
  public static final String BARE_WRITES = "lockstep.dev/bare-writes";

  /** Annotation on a head: {@code current} follows through rollbacks. */
  public static final String ROLLBACK = "lockstep.dev/rollback";

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

  /**
   * Annotation on a version: how often an admission took retention's mark off since retention last
   * found somebody who names it.
   */
  public static final String UNMARKED = "lockstep.dev/unmarked";

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
