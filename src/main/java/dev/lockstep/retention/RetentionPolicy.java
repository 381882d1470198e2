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
   * counting goes on when the head comes back.
   *
   * @param heads metadata of the heads, by their names
   */
  public Set<RetentionCandidate> expendable(
      List<RetentionCandidate> versions,
      Map<HeadRef, JsonNode> heads,
      ManagedNamespace namespace,
      Instant now) {
    Set<RetentionCandidate> expendable = new HashSet<>();
    versions.stream()
        .collect(Collectors.groupingBy(RetentionCandidate::head))
        .forEach(
            (head, all) ->
                expendable.addAll(
                    expendable(all, Optional.ofNullable(heads.get(head)), namespace)));
    expendable.removeIf(
        version -> version.kept() || version.created().plus(settings.minimumAge()).isAfter(now));
    return expendable;
  }

  private List<RetentionCandidate> expendable(
      List<RetentionCandidate> all, Optional<JsonNode> head, ManagedNamespace namespace) {
    List<RetentionCandidate> newestFirst = new ArrayList<>(all);
    newestFirst.sort(Comparator.comparing(RetentionCandidate::number).reversed());
    if (head.isEmpty()) {
      return newestFirst.size() == 1 ? newestFirst : newestFirst.subList(1, newestFirst.size());
    }
    Optional<VersionNumber> current =
        KubernetesJson.label(head.get(), Labels.VERSION).flatMap(VersionNumber::parse);
    int kept = settings.keep(newestFirst.get(0).head().kind(), head.get(), namespace);
    return newestFirst.stream()
        .skip(kept)
        .filter(version -> current.isPresent() && !version.number().equals(current.get()))
        .toList();
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
    for (RetentionCandidate version : versions) {
      boolean unused = expendable.contains(version) && !uses.has(version.name());
      if (unused && version.unusedSince().filter(mark -> !mark.isBefore(since)).isEmpty()) {
        steps.add(new RetentionAction.Mark(version));
      } else if (unused && version.unusedSince().get().plus(settings.grace()).isBefore(now)) {
        steps.add(new RetentionAction.Delete(version));
      } else if (!unused && version.unusedSince().isPresent()) {
        steps.add(new RetentionAction.Unmark(version));
      }
    }
    return steps;
  }
}
