package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which versions of a namespace go. First those that are worth asking about, since asking
 * means to list every user; then, knowing the users, what is done.
 */
public final class RetentionPolicy {
  private final RetentionSettings settings;

  public RetentionPolicy(RetentionSettings settings) {
    this.settings = settings;
  }

  /**
   * Versions that go if nobody uses them: not current, not among the newest of their head, old
   * enough, not kept. Of a head that is gone, all; but its highest number is the last, so that
   * counting goes on when the head comes back. A head that is only left out keeps its newest.
   *
   * @param heads metadata of the heads, by their names
   * @param leftOut metadata of what has a head's name and is none now, but holds what one of its
   *     versions holds
   */
  public Set<RetentionCandidate> expendable(
      List<RetentionCandidate> versions,
      Map<HeadRef, JsonNode> heads,
      Map<HeadRef, JsonNode> leftOut,
      ManagedNamespace namespace,
      Instant now) {
    Set<RetentionCandidate> expendable = new HashSet<>();
    versions.stream()
        .collect(Collectors.groupingBy(RetentionCandidate::head))
        .forEach(
            (head, all) -> {
              List<RetentionCandidate> superfluous =
                  superfluous(all, Optional.ofNullable(heads.get(head)), leftOut, namespace);
              boolean isFull = isFull(superfluous);
              superfluous.stream()
                  .filter(version -> !version.kept())
                  .filter(version -> isOld(version, now) || isFull && version.isOurs())
                  .forEach(expendable::add);
            });
    return expendable;
  }

  private boolean isFull(List<RetentionCandidate> versions) {
    return versions.stream().filter(RetentionCandidate::isOurs).count() > settings.maxVersions();
  }

  private boolean isOld(RetentionCandidate version, Instant now) {
    return !version.created().plus(settings.minimumAge()).isAfter(now);
  }

  private List<RetentionCandidate> superfluous(
      List<RetentionCandidate> all,
      Optional<JsonNode> head,
      Map<HeadRef, JsonNode> leftOut,
      ManagedNamespace namespace) {
    List<RetentionCandidate> newestFirst = new ArrayList<>(all);
    newestFirst.sort(Comparator.comparing(RetentionCandidate::number).reversed());
    HeadRef name = newestFirst.get(0).head();
    if (head.isEmpty() && leftOut.containsKey(name)) {
      int kept = kept(name, leftOut.get(name), namespace);
      return newestFirst.stream().skip(Math.max(kept, 1)).toList();
    }
    if (head.isEmpty()) {
      return newestFirst.size() == 1 ? newestFirst : newestFirst.subList(1, newestFirst.size());
    }
    Optional<VersionNumber> current =
        KubernetesJson.label(head.get(), Labels.VERSION).flatMap(VersionNumber::parse);
    int kept = kept(name, head.get(), namespace);
    return newestFirst.stream()
        .skip(kept)
        .filter(version -> current.isPresent() && !version.number().equals(current.get()))
        .toList();
  }

  /** A namespace that was opted out keeps none for later, but for the number to go on with. */
  private int kept(HeadRef head, JsonNode object, ManagedNamespace namespace) {
    return namespace.isLeft() ? 1 : settings.keep(head.kind(), object, namespace);
  }

  /**
   * @param uses of a complete look at every user, after {@code versions} were read
   * @param since when admissions are known to take marks off: one from before says nothing
   */
  public List<RetentionAction> steps(
      List<RetentionCandidate> versions,
      Set<RetentionCandidate> expendable,
      ReferrerIndex uses,
      Instant since,
      Instant now) {
    List<RetentionAction> steps = new ArrayList<>();
    Set<RetentionCandidate> going = going(expendable, uses, now);
    for (RetentionCandidate version : versions) {
      boolean unused = going.contains(version);
      if (unused && version.unusedSince().filter(mark -> !mark.isBefore(since)).isEmpty()) {
        steps.add(new RetentionAction.Mark(version));
      } else if (unused && version.unusedSince().get().plus(settings.grace()).isBefore(now)) {
        steps.add(new RetentionAction.Delete(version));
      } else if (!unused && (version.unusedSince().isPresent() || version.wasUnmarked())) {
        steps.add(new RetentionAction.Unmark(version));
      }
    }
    return steps;
  }

  /** What nobody uses: all that is old enough; of what is not, the oldest that are too many. */
  private Set<RetentionCandidate> going(
      Set<RetentionCandidate> expendable, ReferrerIndex uses, Instant now) {
    Set<RetentionCandidate> going = new HashSet<>();
    expendable.stream()
        .filter(version -> !uses.has(version.name()))
        .collect(Collectors.groupingBy(RetentionCandidate::head))
        .values()
        .forEach(
            unused -> {
              unused.stream().filter(version -> isOld(version, now)).forEach(going::add);
              unused.stream()
                  .filter(RetentionCandidate::isOurs)
                  .sorted(Comparator.comparing(RetentionCandidate::number))
                  .limit(tooMany(unused))
                  .forEach(going::add);
            });
    return going;
  }

  private long tooMany(List<RetentionCandidate> unused) {
    long ours = unused.stream().filter(RetentionCandidate::isOurs).count();
    return Math.max(0, ours - settings.maxVersions());
  }
}
