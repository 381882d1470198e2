package dev.lockstep.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.controller.retention.RetentionController;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.retention.RetentionPolicy;
import dev.lockstep.retention.RetentionSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The real retention beside everything else that happens in a {@link RandomSequence}, and a second,
 * simpler account of what it must leave and what it must not.
 */
final class RetentionAtWork {
  private static final String SHOP = SmallCluster.SHOP.name();
  private static final Duration GRACE = Duration.ofSeconds(120);
  private static final Duration SWEEP = Duration.ofHours(1);

  /** How late a request can be persisted after its admission: an API server gives up then. */
  private static final Duration LATEST = Duration.ofSeconds(60);

  private record Late(Instant latest, Runnable persist) {}

  private final SmallCluster cluster;
  private final Promises promises;
  private final Random random;
  private final VirtualTime time = new VirtualTime();
  private final SmallVersions versions;
  private final RetentionController collector;
  private final int keep;
  private final boolean isLeftCleaned;
  private final List<Late> late = new ArrayList<>();
  private boolean isPassing;

  /** By user: the versions that it names and that were there when it did so first. */
  private Map<String, Set<ObjectKey>> named = Map.of();

  RetentionAtWork(SmallCluster cluster, Promises promises, Random random) {
    this.cluster = cluster;
    this.promises = promises;
    this.random = random;
    keep = random.nextInt(3);
    isLeftCleaned = random.nextBoolean();
    Duration minimumAge = random.nextInt(4) == 0 ? Duration.ofMinutes(10) : Duration.ZERO;
    versions =
        new SmallVersions(
            cluster, time, version -> promises.collected(Promises.headOf(version), version));
    collector =
        new RetentionController(
            versions,
            new RetentionController.Scope(this::lookedAt, () -> List.of(SHOP)),
            new RetentionPolicy(new RetentionSettings(keep, keep, GRACE, minimumAge)),
            new RetentionController.Schedule(
                RetentionController.Mode.DELETE, GRACE, SWEEP, 1_000_000_000),
            (object, severity, reason, message) -> {
              throw new AssertionError(reason + ": " + message);
            },
            time.executor,
            time);
    collector.lead();
  }

  private Optional<ManagedNamespace> lookedAt(String namespace) {
    return cluster.optedIn || isLeftCleaned ? Optional.of(SmallCluster.SHOP) : Optional.empty();
  }

  void optedIn() {
    collector.optedIn(SHOP);
  }

  /** Whether an admission keeps what it names; where none is, a look may come too early. */
  boolean isKept() {
    return cluster.optedIn || !isLeftCleaned;
  }

  boolean isPassing() {
    return isPassing;
  }

  void pass(Duration duration) {
    Instant end = time.instant().plus(duration);
    while (!late.isEmpty() && !earliest().latest().isAfter(end)) {
      passUntil(earliest().latest());
      if (!late.isEmpty() && !earliest().latest().isAfter(time.instant())) {
        persist(earliest());
      }
    }
    passUntil(end);
  }

  private void passUntil(Instant end) {
    isPassing = true;
    time.pass(Duration.between(time.instant(), end));
    isPassing = false;
  }

  private Late earliest() {
    return late.stream().min(Comparator.comparing(Late::latest)).orElseThrow();
  }

  /** A request was admitted, and is persisted at some time within the longest that one takes. */
  void persistLater(Runnable persist) {
    late.add(new Late(time.instant().plus(LATEST), persist));
  }

  void persistOne() {
    if (!late.isEmpty()) {
      persist(late.get(random.nextInt(late.size())));
    }
  }

  void persistAll() {
    while (!late.isEmpty()) {
      persist(late.get(0));
    }
  }

  private void persist(Late one) {
    late.remove(one);
    one.persist().run();
  }

  /** To be checked after each step: whoever names a version that was there finds it. */
  void hold() {
    versions.noteWhatIsNew();
    Map<String, Set<ObjectKey>> now = new LinkedHashMap<>();
    users()
        .forEach(
            (user, object) -> {
              Set<ObjectKey> before = named.getOrDefault(user, Set.of());
              Set<ObjectKey> names = names(object);
              Set<ObjectKey> found =
                  names.stream()
                      .filter(name -> before.contains(name) || promises.isVersion(name))
                      .collect(Collectors.toSet());
              assertThat(found).as("versions that %s names", user).allMatch(promises::isVersion);
              now.put(user, found);
            });
    // What is watched may be missed now and then; the sweep finds it.
    boolean isLess =
        named.entrySet().stream()
            .anyMatch(
                user -> !now.getOrDefault(user.getKey(), Set.of()).containsAll(user.getValue()));
    named = now;
    if (isLess && random.nextInt(4) > 0) {
      collector.userGone(SHOP);
    }
    if (random.nextInt(3) > 0) {
      collector.touched(SHOP);
    }
  }

  private Map<String, ObjectNode> users() {
    Map<String, ObjectNode> users = new LinkedHashMap<>();
    for (SimulatedServer app : cluster.apps.values()) {
      app.persisted().ifPresent(object -> users.put(app.name, object));
      app.revisionObjects()
          .forEach(object -> users.put("revision " + System.identityHashCode(object), object));
    }
    cluster.pods.forEach(pod -> users.put(KubernetesJson.name(pod), pod));
    return users;
  }

  private Set<ObjectKey> names(JsonNode user) {
    return Stream.concat(versionsNamedBy(user).stream(), baseline(user))
        .collect(Collectors.toSet());
  }

  /** Those that are there. */
  Set<ObjectKey> versionsNamedBy(JsonNode user) {
    Set<String> texts = new HashSet<>();
    texts(user, texts);
    return cluster.objects.keySet().stream()
        .filter(id -> texts.contains(id.name()) && promises.isVersion(id))
        .collect(Collectors.toSet());
  }

  private static void texts(JsonNode node, Set<String> into) {
    if (node.isTextual()) {
      into.add(node.textValue());
    }
    node.forEach(child -> texts(child, into));
  }

  /** What {@code configmap/a=v001,secret/b=v000} says. */
  private static Stream<ObjectKey> baseline(JsonNode user) {
    return Pattern.compile("(configmap|secret)/([^=,]+)=(v\\d+)")
        .matcher(KubernetesJson.annotation(user, Annotations.BASELINE).orElse(""))
        .results()
        .map(
            entry ->
                new ObjectKey(
                    entry.group(1).equals("secret") ? HeadKind.SECRET : HeadKind.CONFIG_MAP,
                    SHOP,
                    entry.group(2) + "-" + entry.group(3)));
  }

  /** Nothing happens any more, and retention does what is left to be done. */
  void settle() {
    hold();
    // The versions of a deleted head need two sweeps: the highest goes last and alone.
    time.pass(SWEEP.multipliedBy(6));
    hold();
    if (cluster.optedIn || isLeftCleaned) {
      assertThat(cluster.objects.keySet().stream().filter(promises::isVersion))
          .as("versions that are left, of each head the newest %d kept", keep)
          .allMatch(this::isNeeded);
      assertThat(cluster.objects.values())
          .as("marks")
          .allMatch(
              object -> KubernetesJson.annotation(object, Annotations.UNUSED_SINCE).isEmpty());
    }
  }

  private boolean isNeeded(ObjectKey version) {
    ObjectKey head = Promises.headOf(version);
    VersionNumber number = Promises.numberOf(version);
    Predicate<ObjectNode> namesIt =
        user ->
            versionsNamedBy(user).contains(version)
                || baseline(user).anyMatch(name -> name.name().equals(version.name()));
    List<VersionNumber> newestFirst =
        cluster.objects.keySet().stream()
            .filter(promises::isVersion)
            .filter(id -> Promises.headOf(id).equals(head))
            .map(Promises::numberOf)
            .sorted(Comparator.reverseOrder())
            .toList();
    Optional<ObjectNode> object = cluster.find(head);
    boolean isHead = object.filter(Promises::isStamped).isPresent();
    return users().values().stream().anyMatch(namesIt)
        || isHead && Promises.current(object.get()).equals(number)
        || isHead && newestFirst.indexOf(number) < keep
        // Counting goes on from the highest as long as anything is left.
        || !isHead
            && newestFirst.indexOf(number) == 0
            && (object.isPresent() || newestFirst.size() > 1);
  }
}
