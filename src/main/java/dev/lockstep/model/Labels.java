package dev.lockstep.model;

/** Every label that Lockstep reads or writes, with its values. */
public final class Labels {
  /** Label: {@value #HEAD_ROLE} or {@value #VERSION_ROLE}. */
  public static final String ROLE = "lockstep.dev/role";

  public static final String HEAD_ROLE = "head";

  public static final String VERSION_ROLE = "version";

  /** Label on a head: its current version; on a version: its own number. {@code v003}. */
  public static final String VERSION = "lockstep.dev/version";

  /** Label: a {@link ContentHash}. */
  public static final String CONTENT = "lockstep.dev/content";

  /** Label on a version: its head's name, shortened where it has over 63 characters. */
  public static final String HEAD = "lockstep.dev/head";

  /** Label on a namespace; {@value #OPTED_IN} opts it in. */
  public static final String VERSIONING = "lockstep.dev/versioning";

  public static final String OPTED_IN = "enabled";

  private Labels() {}
}
