package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.List;
import java.util.Optional;

/**
 * A kind of object that has a pod template.
 *
 * @param template where the pod template is in an object of this kind
 * @param revisions the resource that keeps its former templates
 */
public record WorkloadKind(
    String group,
    String version,
    String resource,
    String kind,
    JsonPointer template,
    Revisions revisions) {

  /**
   * A resource whose objects each hold a former template of the workload that owns them.
   *
   * @param template where the template is in one of them
   */
  public record Revisions(String group, String version, String resource, JsonPointer template) {}

  private static final JsonPointer SPEC_TEMPLATE = JsonPointer.compile("/spec/template");

  private static final Revisions REPLICA_SETS =
      new Revisions("apps", "v1", "replicasets", SPEC_TEMPLATE);
  private static final Revisions CONTROLLER_REVISIONS =
      new Revisions(
          "apps", "v1", "controllerrevisions", JsonPointer.compile("/data/spec/template"));

  /** The kinds that every cluster has. */
  public static final List<WorkloadKind> BUILT_IN =
      List.of(
          new WorkloadKind("apps", "v1", "deployments", "Deployment", SPEC_TEMPLATE, REPLICA_SETS),
          new WorkloadKind(
              "apps", "v1", "statefulsets", "StatefulSet", SPEC_TEMPLATE, CONTROLLER_REVISIONS),
          new WorkloadKind(
              "apps", "v1", "daemonsets", "DaemonSet", SPEC_TEMPLATE, CONTROLLER_REVISIONS));

  public static Optional<WorkloadKind> of(String group, String resource) {
    return BUILT_IN.stream()
        .filter(kind -> kind.group.equals(group) && kind.resource.equals(resource))
        .findFirst();
  }
}
