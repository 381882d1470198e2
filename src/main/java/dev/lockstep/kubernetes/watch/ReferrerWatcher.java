package dev.lockstep.kubernetes.watch;

import dev.lockstep.binding.WorkloadKind;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watcher.Action;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Tells in which namespace something went that may have been the last to name a version. It watches
 * metadata alone, keeps nothing, and begins anew where it breaks off: what happens meanwhile is
 * found by the next sweep.
 */
public final class ReferrerWatcher {
  private static final Set<Action> ENDS = EnumSet.of(Action.DELETED);
  private static final Set<Action> ENDS_AND_CHANGES = EnumSet.of(Action.DELETED, Action.MODIFIED);

  /**
   * The last to name a version is one of these, or a pod of one, which ends at about that time. Not
   * watched is what leaves one of them behind, and what there is too much of: Pods without an owner
   * are left to the sweep.
   */
  private static final Map<String, Set<Action>> WATCHED =
      Map.of(
          // Their status changes with each pod.
          "replicasets", ENDS,
          "replicationcontrollers", ENDS,
          "jobs", ENDS,
          // No former template is kept.
          "cronjobs", ENDS_AND_CHANGES,
          "podtemplates", ENDS_AND_CHANGES);

  private final List<RestartingWatch> watches = new ArrayList<>();

  /**
   * @param client asks for metadata alone
   * @param listed the only namespaces that there are rights to; empty: all
   * @param executor opens the watches, and opens them again
   * @param userGone is given the namespace; has to return soon
   */
  public ReferrerWatcher(
      KubernetesClient client,
      Optional<Set<String>> listed,
      ScheduledExecutorService executor,
      Consumer<String> userGone) {
    List<Optional<String>> places =
        listed
            .map(names -> names.stream().map(Optional::of).toList())
            .orElse(List.of(Optional.empty()));
    for (Optional<String> namespace : places) {
      kinds()
          .forEach(
              kind ->
                  watches.add(
                      new RestartingWatch(
                          new MetadataWatch(client, kind.resource(), namespace),
                          executor,
                          kind.actions(),
                          userGone)));
    }
  }

  private record Kind(ResourceDefinitionContext resource, Set<Action> actions) {}

  private static Stream<Kind> kinds() {
    WorkloadKind.Revisions revisions = WorkloadKind.CONTROLLER_REVISIONS;
    return Stream.concat(
        WorkloadKind.BUILT_IN.stream()
            .flatMap(
                kind ->
                    Optional.ofNullable(WATCHED.get(kind.resource())).stream()
                        .map(
                            actions ->
                                new Kind(
                                    MetadataWatch.resource(
                                        kind.group(), kind.version(), kind.resource(), kind.kind()),
                                    actions))),
        Stream.of(
            new Kind(
                MetadataWatch.resource(
                    revisions.group(),
                    revisions.version(),
                    revisions.resource(),
                    "ControllerRevision"),
                ENDS)));
  }

  public void start() {
    watches.forEach(RestartingWatch::start);
  }

  /** Ends all watches; none is opened again until the next start. */
  public void stop() {
    watches.forEach(RestartingWatch::stop);
  }
}
