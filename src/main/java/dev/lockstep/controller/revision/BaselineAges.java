package dev.lockstep.controller.revision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.MadeVersion;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the bare names of revisions meant, by the ages of versions and revisions: what a head held
 * before the first write of the release that came next.
 */
public final class BaselineAges {
  /** What changes this shortly before a workload is released belongs to that release. */
  public static final Duration RELEASE = Duration.ofSeconds(60);

  /** Times are to the second, and a controller takes its time. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  private final Map<HeadRef, CurrentHead> heads;
  private final Map<HeadRef, List<MadeVersion>> versions;
  private final Instant now;

  /**
   * @param versions of each head, the oldest first
   */
  public BaselineAges(
      Map<HeadRef, CurrentHead> heads, Map<HeadRef, List<MadeVersion>> versions, Instant now) {
    this.heads = heads;
    this.versions = versions;
    this.now = now;
  }

  /**
   * What is to be noted.
   *
   * @param revisions all of one workload
   * @return by revision; only where there is something new
   */
  public Map<Revision, Bindings> toNote(List<Revision> revisions) {
    List<Revision> inOrder =
        new ArrayList<>(
            revisions.stream()
                .filter(revision -> !RevisionNumbers.isInBetween(revision.object()))
                .sorted(RevisionNumbers.BY_AGE)
                .toList());
    Map<Revision, Bindings> notes = new LinkedHashMap<>();
    for (int i = 0; i < inOrder.size(); i++) {
      Optional<Revision> before = i == 0 ? Optional.empty() : Optional.of(inOrder.get(i - 1));
      Optional<Revision> next =
          i + 1 == inOrder.size() ? Optional.empty() : Optional.of(inOrder.get(i + 1));
      Revision revision = inOrder.get(i);
      Bindings noted = noted(revision);
      SortedMap<HeadRef, VersionNumber> note = note(revision, noted, before, next);
      if (!note.equals(noted.versions())) {
        notes.put(revision, new Bindings(note));
      }
    }
    return notes;
  }

  private SortedMap<HeadRef, VersionNumber> note(
      Revision revision, Bindings noted, Optional<Revision> before, Optional<Revision> next) {
    Bindings stated = stated(revision, Annotations.BINDINGS);
    SortedMap<HeadRef, VersionNumber> note = new TreeMap<>(noted.versions());
    for (Reference reference : Reference.in(revision.template())) {
      HeadRef head = reference.named();
      if (heads.containsKey(head)) {
        Optional<VersionNumber> meaning =
            unchangedSince(revision, head)
                .or(
                    () ->
                        stated.has(head)
                            ? unseen(head, revision, before, next)
                            : next.isPresent()
                                ? beforeReleaseOf(next.get(), head)
                                : now(head, noted.of(head)));
        meaning
            .filter(number -> isNews(head, number, noted.of(head), next.isEmpty()))
            .ifPresent(number -> note.put(head, number));
      }
    }
    return note;
  }

  /** What is known of a former revision is only replaced by what came after that. */
  private boolean isNews(
      HeadRef head, VersionNumber number, Optional<VersionNumber> noted, boolean isLatest) {
    if (noted.isEmpty() || isLatest) {
      return true;
    }
    Optional<MadeVersion> known = find(head, noted.get());
    Optional<MadeVersion> found = find(head, number);
    return known.isPresent() && found.isPresent() && known.get().compareTo(found.get()) < 0;
  }

  /** What a head has held since before a revision was made is what it meant there. */
  private Optional<VersionNumber> unchangedSince(Revision revision, HeadRef head) {
    CurrentHead current = CurrentHead.in(heads, head);
    return current.changed().filter(time -> time.isBefore(created(revision))).isPresent()
        ? Optional.of(current.number())
        : Optional.empty();
  }

  /** The latest revision reads what its heads hold, and a change may begin a release. */
  private Optional<VersionNumber> now(HeadRef head, Optional<VersionNumber> noted) {
    CurrentHead current = CurrentHead.in(heads, head);
    Optional<MadeVersion> version = find(head, current.number());
    boolean isSettled =
        current.changed().filter(time -> time.isAfter(now.minus(RELEASE))).isEmpty();
    if (isSettled || version.isEmpty()) {
      return noted.isPresent() && !isSettled ? noted : Optional.of(current.number());
    }
    if (version.get().made().isBefore(now.minus(RELEASE))) {
      // Older content is back, and what was there before that is not to be told by ages.
      return noted.or(() -> Optional.of(current.number()));
    }
    return before(head, version.get()).or(() -> noted).or(() -> Optional.of(current.number()));
  }

  private Optional<VersionNumber> beforeReleaseOf(Revision next, HeadRef head) {
    List<MadeVersion> all = of(head);
    Instant release = created(next);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    if (!release.isAfter(all.get(0).made())) {
      // Both were there before: nobody knows better than the first that was seen.
      return Optional.of(all.get(0).number());
    }
    Optional<MadeVersion> then =
        Bindings.of(next.template())
            .of(head)
            .flatMap(number -> find(head, number))
            .or(() -> newest(all, release));
    if (then.isEmpty()) {
      return Optional.empty();
    }
    boolean isOfThatRelease =
        then.get().made().isAfter(release.minus(RELEASE)) && isByWhoReleased(then.get(), next);
    return isOfThatRelease
        ? before(head, then.get()).or(() -> then.map(MadeVersion::number))
        : then.map(MadeVersion::number);
  }

  /** Where it is not known who it was, it may have been. */
  private static boolean isByWhoReleased(MadeVersion version, Revision next) {
    Optional<String> released = KubernetesJson.annotation(next.object(), Annotations.RELEASED);
    return version.changedBy().isEmpty()
        || released.isEmpty()
        || released.get().endsWith(" " + version.changedBy().get());
  }

  /** Written while no webhook answered: only what was made in its own time can be what it meant. */
  private Optional<VersionNumber> unseen(
      HeadRef head, Revision revision, Optional<Revision> before, Optional<Revision> next) {
    Instant after = before.map(BaselineAges::created).orElse(Instant.MIN);
    Instant until = next.map(BaselineAges::created).orElse(Instant.MAX);
    List<MadeVersion> own =
        of(head).stream()
            .filter(version -> version.made().isAfter(after) && version.made().isBefore(until))
            .toList();
    return newest(own, created(revision).plus(SLACK))
        .or(() -> own.stream().findFirst())
        .map(MadeVersion::number);
  }

  private static Optional<MadeVersion> newest(List<MadeVersion> some, Instant until) {
    return some.stream()
        .filter(version -> !version.made().isAfter(until))
        .max(Comparator.naturalOrder());
  }

  private Optional<VersionNumber> before(HeadRef head, MadeVersion version) {
    return of(head).stream()
        .filter(other -> other.compareTo(version) < 0)
        .max(Comparator.naturalOrder())
        .map(MadeVersion::number);
  }

  private Optional<MadeVersion> find(HeadRef head, VersionNumber number) {
    return of(head).stream().filter(version -> version.number().equals(number)).findFirst();
  }

  private List<MadeVersion> of(HeadRef head) {
    return versions.getOrDefault(head, List.of());
  }

  private static Bindings noted(Revision revision) {
    return KubernetesJson.annotation(revision.object(), Annotations.BASELINE)
        .map(Bindings::parse)
        .orElse(Bindings.NONE);
  }

  private static Bindings stated(Revision revision, String annotation) {
    return KubernetesJson.annotation(revision.template(), annotation)
        .map(Bindings::parse)
        .orElse(Bindings.NONE);
  }

  private static Instant created(Revision revision) {
    return created(revision.object());
  }

  private static Instant created(JsonNode object) {
    return KubernetesJson.created(object).orElse(Instant.EPOCH);
  }
}
