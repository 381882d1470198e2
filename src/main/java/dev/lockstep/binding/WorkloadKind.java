package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.List;
import java.util.Optional;

/**
 * A kind of object that has a pod template.
 *
 * @param resource as in the API's paths: {@code deployments}
 * @param template where the pod template is in an object of this kind; for a Pod, the object itself
 * @param change whether the template can be changed once it is persisted
 * @param revisions the resource that keeps its former templates, if one does
 */
public record WorkloadKind(
    String group,
    String version,
    String resource,
    String kind,
    JsonPointer template,
    Change change,
    Optional<Revisions> revisions) {

  /** Whether a template can be changed once it is persisted. */
  public enum Change {
    MUTABLE,
    IMMUTABLE
  }

  /**
   * A resource whose objects each hold a former template of the workload that owns them.
   *
   * @param template where the template is in one of them
   */
  public record Revisions(String group, String version, String resource, JsonPointer template) {}

  private static final String SPEC_TEMPLATE = "/spec/template";

  public static final Revisions REPLICA_SETS =
      new Revisions("apps", "v1", "replicasets", JsonPointer.compile(SPEC_TEMPLATE));
  public static final Revisions CONTROLLER_REVISIONS =
      new Revisions(
          "apps", "v1", "controllerrevisions", JsonPointer.compile("/data/spec/template"));

  /** The kinds that every cluster has. */
  public static final List<WorkloadKind> BUILT_IN =
      List.of(
          mutable("apps", "deployments", "Deployment", SPEC_TEMPLATE, REPLICA_SETS),
          mutable("apps", "statefulsets", "StatefulSet", SPEC_TEMPLATE, CONTROLLER_REVISIONS),
          mutable("apps", "daemonsets", "DaemonSet", SPEC_TEMPLATE, CONTROLLER_REVISIONS),
          mutable("apps", "replicasets", "ReplicaSet", SPEC_TEMPLATE, null),
          mutable("batch", "cronjobs", "CronJob", "/spec/jobTemplate/spec/template", null),
          mutable("", "replicationcontrollers", "ReplicationController", SPEC_TEMPLATE, null),
          mutable("", "podtemplates", "PodTemplate", "/template", null),
          immutable("batch", "jobs", "Job", SPEC_TEMPLATE),
          immutable("", "pods", "Pod", ""));

  /** Known where no custom kinds are configured; its CRD need not be there. */
  public static final WorkloadKind ARGO_ROLLOUT =
      custom("argoproj.io", "v1alpha1", "rollouts", SPEC_TEMPLATE);

  private static WorkloadKind mutable(
      String group, String resource, String kind, String template, Revisions revisions) {
    return new WorkloadKind(
        group,
        "v1",
        resource,
        kind,
        JsonPointer.compile(template),
        Change.MUTABLE,
        Optional.ofNullable(revisions));
  }

  private static WorkloadKind immutable(
      String group, String resource, String kind, String template) {
    return new WorkloadKind(
        group,
        "v1",
        resource,
        kind,
        JsonPointer.compile(template),
        Change.IMMUTABLE,
        Optional.empty());
  }

  /**
   * A kind of the cluster's own, whose template can be changed.
   *
   * @param template a JSON pointer
   * @throws IllegalArgumentException if the pointer is none
   */
  public static WorkloadKind custom(
      String group, String version, String resource, String template) {
    return new WorkloadKind(
        group,
        version,
        resource,
        resource,
        JsonPointer.compile(template),
        Change.MUTABLE,
        Optional.of(REPLICA_SETS));
  }

  public boolean isBuiltIn() {
    return BUILT_IN.contains(this);
  }

  /** {@code deployments.apps}; {@code pods} where there is no group. */
  public String qualifiedResource() {
    return group.isEmpty() ? resource : resource + "." + group;
  }
}
