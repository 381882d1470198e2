package dev.lockstep.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.BaselineResolver;
import dev.lockstep.binding.BindingStatus;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.Content;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.simulation.Promises.Asked;
import dev.lockstep.simulation.Promises.Named;
import dev.lockstep.webhook.Admissions.Admitted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** One random life of a namespace; the seed says all of it. */
final class RandomSequence {
  private static final List<ObjectKey> HEADS =
      List.of(
          configMap("a"),
          configMap("b.conf"),
          configMap("a-v000"),
          new ObjectKey(HeadKind.SECRET, "shop", "a"),
          new ObjectKey(HeadKind.SECRET, "shop", "s.key"));
  private static final List<String> CONFIG_MAPS =
      List.of(
          "a",
          "a",
          "a",
          "b.conf",
          "b.conf",
          "a-v000",
          "a-v000",
          "a-v001",
          "a-v002",
          "b.conf-v000",
          "a-v000-v000",
          "missing",
          "",
          "");
  private static final List<String> SECRETS =
      List.of("a", "a", "s.key", "s.key", "a-v000", "a-v001", "s.key-v000", "missing", "", "");

  /**
   * @param races whether it may also come in between two calls of retention
   */
  private record Step(int weight, String name, boolean races, Runnable action) {
    Step(int weight, String name, Runnable action) {
      this(weight, name, true, action);
    }

    static Step alone(int weight, String name, Runnable action) {
      return new Step(weight, name, false, action);
    }
  }

  private final Random random;
  private final SmallCluster cluster = new SmallCluster();
  private final Promises promises = new Promises(cluster);
  private final List<ObjectNode> backups = new ArrayList<>();
  private final List<Step> steps =
      List.of(
          new Step(14, "apply a head", this::applyHead),
          new Step(2, "replace a head", this::replaceHead),
          new Step(2, "label a head", this::labelHead),
          new Step(4, "forge a stamp", this::forgeStamp),
          new Step(3, "delete a head", this::deleteHead),
          new Step(2, "restore a head", this::restoreHead),
          Step.alone(4, "write a head while Lockstep is away", this::writeHeadAway),
          new Step(2, "leave a head out, or take it in", this::leaveHeadOut),
          new Step(1, "seal a head", this::sealHead),
          new Step(2, "a stranger takes a name", this::stranger),
          new Step(1, "a quota fills or has room", () -> cluster.full = !cluster.full),
          new Step(8, "reconcile some heads", this::reconcile),
          Step.alone(12, "time passes", this::timePasses),
          new Step(4, "something late is persisted", this::persistLate),
          new Step(4, "a pod starts", this::podStarts),
          new Step(3, "a pod ends", this::podEnds),
          Step.alone(2, "opt out or in", this::optOutOrIn),
          new Step(16, "apply a workload", this::applyWorkload),
          new Step(2, "replace a workload", this::replaceWorkload),
          new Step(10, "undo", this::undo),
          new Step(7, "restart", this::restart),
          new Step(3, "rebind", this::rebind),
          new Step(3, "follow", this::follow),
          new Step(4, "set one name", this::setName),
          new Step(2, "set the image", this::setImage),
          new Step(2, "label a workload", this::labelWorkload),
          Step.alone(4, "forge annotations of a workload", this::forgeWorkload),
          new Step(2, "set how a workload rolls out", this::setRollout),
          new Step(1, "leave a workload out, or take it in", this::leaveWorkloadOut),
          Step.alone(2, "apply a workload while Lockstep is away", this::applyWorkloadAway),
          Step.alone(1, "undo while Lockstep is away", this::undoAway),
          new Step(1, "delete a workload", this::deleteWorkload));

  /** What was done, for the report of a failure. */
  private final List<List<Object>> done = new ArrayList<>();

  private final RetentionAtWork retention;
  private boolean isMeanwhile;
  private int times;

  RandomSequence(long seed) {
    random = new Random(seed);
    retention = new RetentionAtWork(cluster, promises, random);
    cluster.beforeEachCall = this::meanwhile;
    for (String resource : List.of("deployments", "statefulsets", "jobs")) {
      WorkloadKind kind =
          WorkloadKind.BUILT_IN.stream()
              .filter(k -> k.resource().equals(resource))
              .findFirst()
              .get();
      cluster.apps.put(resource, new SimulatedServer(kind, resource));
    }
  }

  void run(int length) {
    for (int i = 0; i < length; i++) {
      step(step -> true);
      promises.hold();
      retention.hold();
    }
  }

  private void step(Predicate<Step> among) {
    List<Step> some = steps.stream().filter(among).toList();
    int at = random.nextInt(some.stream().mapToInt(Step::weight).sum());
    for (Step step : some) {
      at -= step.weight();
      if (at < 0) {
        done.add(new ArrayList<>(List.of(step.name())));
        step.action().run();
        return;
      }
    }
  }

  private static ObjectKey configMap(String name) {
    return new ObjectKey(HeadKind.CONFIG_MAP, "shop", name);
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private void note(Object what) {
    done.get(done.size() - 1).add(what);
  }

  /** One line for each step. */
  List<String> done() {
    return done.stream()
        .map(step -> step.stream().map(Object::toString).collect(Collectors.joining(" | ")))
        .toList();
  }

  // Heads.

  private ObjectNode object(ObjectKey id) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "v1").put("kind", id.kind().kind());
    object.putObject("metadata").put("name", id.name()).put("namespace", "shop");
    return withContent(id, object);
  }

  /** Contents are few, so that they come again; base64 as well as text. */
  private ObjectNode withContent(ObjectKey id, ObjectNode object) {
    object.putObject("data").put(oneIn(3) ? "OTHER" : "KEY", any(List.of("AAAA", "BBBB", "CCCC")));
    if (id.kind() == HeadKind.SECRET) {
      object.put("type", "Opaque");
    }
    return object;
  }

  private Optional<ObjectKey> anyHead() {
    List<ObjectKey> there = HEADS.stream().filter(id -> cluster.find(id).isPresent()).toList();
    return there.isEmpty() ? Optional.empty() : Optional.of(any(there));
  }

  private ObjectNode applied(ObjectKey id) {
    return cluster.find(id).map(there -> withContent(id, there)).orElseGet(() -> object(id));
  }

  private void applyHead() {
    ObjectKey id = any(HEADS);
    write(id, applied(id));
  }

  private void replaceHead() {
    ObjectKey id = any(HEADS);
    write(id, object(id));
  }

  private void labelHead() {
    anyHead().ifPresent(id -> write(id, labelled(cluster.find(id).get())));
  }

  private ObjectNode labelled(ObjectNode object) {
    object.withObject("/metadata/labels").put("team", any(List.of("red", "blue")));
    return object;
  }

  private void forgeStamp() {
    ObjectKey id = any(HEADS);
    write(id, forged(id, oneIn(2) ? applied(id) : cluster.find(id).orElseGet(() -> object(id))));
  }

  private ObjectNode forged(ObjectKey id, ObjectNode object) {
    if (promises.isVersion(id)) {
      return object;
    }
    ObjectNode labels = object.withObject("/metadata/labels");
    ObjectNode annotations = object.withObject("/metadata/annotations");
    if (oneIn(2)) {
      labels.put(Labels.ROLE, any(List.of("head", "version", "x")));
    }
    if (oneIn(2)) {
      labels.put(Labels.VERSION, any(List.of("v000", "v001", "v002", "v0700", "x")));
    }
    if (oneIn(2)) {
      labels.put(
          Labels.CONTENT,
          any(List.of(hash(id, object), hash(id, object(id)), "h0-" + "0".repeat(32), "x")));
    }
    if (oneIn(2)) {
      annotations.put(Annotations.NEWEST, any(List.of("v000", "v003", "x")));
    }
    if (oneIn(2)) {
      annotations.put(Annotations.RESTAMP, any(List.of("v000", "v001", "")));
    }
    return object;
  }

  private String hash(ObjectKey id, JsonNode object) {
    return cluster.hasher.hash(Content.of(id.kind(), object)).toString();
  }

  private void deleteHead() {
    anyHead()
        .filter(id -> !promises.isVersion(id))
        .ifPresent(
            id -> {
              note(id);
              backups.add(cluster.remove(id));
              promises.pastAdmission(id);
            });
  }

  private void restoreHead() {
    if (!backups.isEmpty()) {
      ObjectNode backup = any(backups);
      ObjectKey id =
          HEADS.stream()
              .filter(h -> h.kind().kind().equals(backup.path("kind").asText()))
              .filter(h -> h.name().equals(KubernetesJson.name(backup)))
              .findFirst()
              .get();
      write(id, backup.deepCopy());
    }
  }

  private void writeHeadAway() {
    ObjectKey id = any(HEADS);
    ObjectNode object = oneIn(3) ? object(id) : applied(id);
    if (!isRefused(id, object) && !promises.isVersion(id)) {
      note(id);
      note(object);
      cluster.put(id, object);
      promises.pastAdmission(id);
    }
  }

  private void leaveHeadOut() {
    anyHead()
        .ifPresent(
            id -> {
              ObjectNode object = oneIn(3) ? applied(id) : cluster.find(id).get();
              ObjectNode annotations = object.withObject("/metadata/annotations");
              if (annotations.remove(Annotations.VERSIONED) == null) {
                annotations.put(Annotations.VERSIONED, "false");
              }
              write(id, object);
            });
  }

  private void sealHead() {
    anyHead().ifPresent(id -> write(id, cluster.find(id).get().put("immutable", true)));
  }

  /** Somebody makes an object whose name the next version of a head would get. */
  private void stranger() {
    ObjectKey head = any(HEADS);
    VersionNumber next =
        cluster
            .find(head)
            .flatMap(Promises::newest)
            .map(n -> oneIn(2) ? n : n.next())
            .orElse(VersionNumber.FIRST);
    ObjectKey id = Promises.version(head, next);
    if (cluster.find(id).isEmpty()) {
      ObjectNode object = object(id);
      if (oneIn(2)) {
        object
            .withObject("/metadata/labels")
            .put(Labels.ROLE, "version")
            .put(Labels.HEAD, head.name());
        object.withObject("/metadata/labels").put(Labels.VERSION, next.toString());
        object.withObject("/metadata/labels").put(Labels.CONTENT, hash(id, object(id)));
        object.withObject("/metadata/annotations").put(Annotations.HEAD_NAME, head.name());
        object.put("immutable", true);
      }
      write(id, object);
    }
  }

  /** A client's request, once dry and once for real. */
  private void write(ObjectKey id, ObjectNode request) {
    note(id);
    note(request);
    Map<ObjectKey, ObjectNode> before = new TreeMap<>(Comparator.comparing(ObjectKey::toString));
    before.putAll(cluster.objects);
    Admitted dry = cluster.admit(id, request, true);
    assertThat(cluster.objects).as("objects after a dry run").isEqualTo(before);
    Admitted real = cluster.admit(id, request, false);
    same(dry, real);
    if (!real.isAllowed()) {
      return;
    }
    Promises.onlyTheStampChanged(request, real.object());
    assertThat(cluster.admit(id, real.object(), false).object())
        .as("admitted again")
        .isEqualTo(real.object());
    if (promises.isVersion(id)) {
      // Somebody's own damage, where he says that it is a head; it is not done here.
      boolean saysHead =
          KubernetesJson.label(request, Labels.ROLE).filter("head"::equals).isPresent();
      assertThat(saysHead || real.object().equals(request)).as("changed").isTrue();
    } else if (!isRefused(id, real.object())) {
      Optional<ObjectNode> old = cluster.find(id);
      boolean calledVersion =
          old.map(o -> (JsonNode) o)
              .orElse(request)
              .at("/metadata/labels")
              .path(Labels.ROLE)
              .asText()
              .equals("version");
      if (!calledVersion && isReused(id, old, real.object()) && oneIn(3)) {
        note("late");
        retention.persistLater(
            () -> {
              if (cluster.find(id).equals(old)) {
                assertThat(isReused(id, old, real.object())).as("reused by " + id).isTrue();
                persist(id, old, request, real.object());
              }
            });
        return;
      }
      persist(id, old, request, real.object());
      if (!calledVersion) {
        assertThat(cluster.admit(id, real.object(), false).object())
            .as("written again")
            .isEqualTo(real.object());
      }
    }
  }

  private void persist(
      ObjectKey id, Optional<ObjectNode> old, ObjectNode request, ObjectNode result) {
    cluster.put(id, result);
    if (promises.isVersion(id)) {
      promises.versionMadeUp(id);
    }
    promises.headAdmitted(id, old, request, result);
  }

  /** Whether its content, which is new to it, is that of a version that is there. */
  private boolean isReused(ObjectKey id, Optional<ObjectNode> old, ObjectNode result) {
    return cluster.optedIn
        && Promises.isStamped(result)
        && promises.isVersion(Promises.version(id, Promises.current(result)))
        && old.filter(o -> !Promises.content(o).equals(Promises.content(result))).isPresent();
  }

  private void same(Admitted dry, Admitted real) {
    note(real.isAllowed() ? "allowed" : real.denial());
    assertThat(dry).as("a dry run's result").isEqualTo(real);
  }

  /** What the API server lets nobody change. */
  private boolean isRefused(ObjectKey id, ObjectNode object) {
    return cluster
        .find(id)
        .filter(old -> old.path("immutable").asBoolean())
        .filter(
            old ->
                !object.path("immutable").asBoolean()
                    || !Promises.content(old).equals(Promises.content(object)))
        .isPresent();
  }

  // What is done without a request.

  private void reconcile() {
    List<ObjectKey> some = new ArrayList<>(cluster.objects.keySet());
    Collections.shuffle(some, random);
    some.subList(0, random.nextInt(some.size() + 1)).forEach(this::reconcile);
    if (cluster.optedIn && oneIn(3)) {
      noteBaselines();
    }
  }

  private void reconcile(ObjectKey id) {
    if (!cluster.optedIn) {
      if (KubernetesJson.label(cluster.find(id).orElseThrow(), Labels.ROLE)
          .filter("head"::equals)
          .isPresent()) {
        cluster.unstamp(id);
        promises.pastAdmission(id);
      }
      return;
    }
    if (promises.named(id) == Named.HEAD && !cluster.full) {
      note(id);
      cluster.versions.resolve(id, SmallCluster.SHOP, true);
      cluster.versions.resolve(id, SmallCluster.SHOP, false);
      promises.ensured(id);
    }
  }

  private Map<HeadRef, VersionNumber> current() {
    Map<HeadRef, VersionNumber> current = new HashMap<>();
    cluster.objects.forEach(
        (id, object) -> {
          if (Promises.isStamped(object)) {
            current.put(new HeadRef(id.kind(), id.name()), Promises.current(object));
          }
        });
    return current;
  }

  private void noteBaselines() {
    for (SimulatedServer app : cluster.apps.values()) {
      List<Revision> revisions = app.kind.revisions().isPresent() ? app.revisions() : List.of();
      for (Revision revision : revisions) {
        BaselineResolver.toNote(revision, current())
            .ifPresent(
                baseline ->
                    ((ObjectNode) revision.object())
                        .withObject("/metadata/annotations")
                        .put(Annotations.BASELINE, baseline.toString()));
      }
    }
  }

  /** Time passes, and retention goes on meanwhile. */
  private void timePasses() {
    long seconds = oneIn(8) ? random.nextInt(2 * 3600) : random.nextInt(90);
    note(seconds + " s");
    retention.pass(Duration.ofSeconds(seconds));
  }

  /** Between two calls of retention to the API server something else may happen. */
  private void meanwhile() {
    if (retention.isPassing() && !isMeanwhile && cluster.optedIn && oneIn(3)) {
      isMeanwhile = true;
      List<Object> before = done.get(done.size() - 1);
      before.add("MEANWHILE");
      step(Step::races);
      promises.hold();
      retention.hold();
      isMeanwhile = false;
    }
  }

  private void podStarts() {
    existing().ifPresent(app -> cluster.pods.add(pod(app)));
  }

  /** Made by a controller: no webhook sees it. */
  private ObjectNode pod(SimulatedServer app) {
    List<ObjectNode> templates = new ArrayList<>();
    templates.add((ObjectNode) app.persisted().orElseThrow().at(app.kind.template()));
    if (app.kind.revisions().isPresent()) {
      app.revisions().forEach(revision -> templates.add((ObjectNode) revision.template()));
    }
    ObjectNode pod = any(templates).deepCopy();
    pod.withObject("/metadata").put("name", "pod-" + times++);
    return pod.put("kind", "Pod");
  }

  private void podEnds() {
    if (!cluster.pods.isEmpty()) {
      cluster.pods.remove(random.nextInt(cluster.pods.size()));
    }
  }

  /** To be called after the last step. */
  void settle() {
    done.add(new ArrayList<>(List.of("settle")));
    retention.persistAll();
    cluster.full = false;
    List.copyOf(cluster.objects.keySet()).forEach(this::reconcile);
    retention.settle();
    promises.hold();
  }

  private void optOutOrIn() {
    cluster.optedIn = !cluster.optedIn;
    note(cluster.optedIn ? "in" : "out");
    if (cluster.optedIn) {
      retention.optedIn();
    }
    if (oneIn(2)) {
      List.copyOf(cluster.objects.keySet()).forEach(this::reconcile);
      if (cluster.optedIn) {
        noteBaselines();
      }
    }
  }

  /** What the reconciler does for workloads that follow by themselves, or wait. */
  private void follow() {
    for (SimulatedServer app : cluster.apps.values()) {
      if (!cluster.optedIn
          || !app.exists()
          || app.kind.change() == WorkloadKind.Change.IMMUTABLE
          || app.persisted()
              .flatMap(o -> KubernetesJson.annotation(o, Annotations.VERSIONED))
              .isPresent()) {
        continue;
      }
      ObjectNode request = app.persisted().orElseThrow();
      BindingStatus standing = BindingStatus.of(app.kind, request, current());
      Set<HeadRef> moving = new TreeSet<>(standing.arrived());
      moving.addAll(standing.behind());
      if (!moving.isEmpty()) {
        request.withObject("/metadata/annotations").put(Annotations.REBIND, HeadRef.list(moving));
        write(app, request, "lockstep", Asked.REBIND);
      }
    }
  }

  // Workloads.

  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < SimulatedServer.PLACES; i++) {
      names.add(oneIn(2) ? "" : any(i < 3 ? CONFIG_MAPS : SECRETS));
    }
    return names;
  }

  private String image() {
    return any(List.of("1", "2", "3", "4"));
  }

  private SimulatedServer anyApp() {
    return any(List.copyOf(cluster.apps.values()));
  }

  private Optional<SimulatedServer> existing() {
    List<SimulatedServer> there =
        cluster.apps.values().stream().filter(SimulatedServer::exists).toList();
    return there.isEmpty() ? Optional.empty() : Optional.of(any(there));
  }

  private void applyWorkload() {
    SimulatedServer app = anyApp();
    boolean sameFile = app.exists() && oneIn(3);
    List<String> names = sameFile ? bareNames(app) : names();
    write(app, app.apply(sameFile ? image() : "1", names), "kubectl-client-side-apply");
  }

  /** As in the file that was applied: names of heads, where it is bound. */
  private List<String> bareNames(SimulatedServer app) {
    List<String> names = new ArrayList<>(Collections.nCopies(SimulatedServer.PLACES, ""));
    for (Reference reference : app.references()) {
      String name = reference.named().name().replaceAll("-v\\d+$", "");
      boolean isConfigMap = reference.named().kind() == HeadKind.CONFIG_MAP;
      String place = reference.place().toString();
      int at =
          isConfigMap
              ? place.contains("envFrom") ? 0 : place.contains("/env/") ? 1 : 2
              : place.contains("envFrom") ? 3 : 4;
      names.set(at, name);
    }
    return names;
  }

  private void replaceWorkload() {
    SimulatedServer app = anyApp();
    write(app, app.replace(image(), names()), "kubectl-replace");
  }

  private void undo() {
    existing()
        .filter(app -> app.revisionObjects().size() > 1)
        .ifPresent(
            app ->
                write(
                    app,
                    app.undo(random.nextInt(app.revisionObjects().size() - 1)),
                    "",
                    Asked.UNDO));
  }

  private void restart() {
    existing()
        .ifPresent(
            app -> {
              ObjectNode request = app.persisted().orElseThrow();
              request
                  .withObject(app.kind.template() + "/metadata/annotations")
                  .put("kubectl.kubernetes.io/restartedAt", "t" + times++);
              write(app, request, "kubectl-rollout", Asked.RESTART);
            });
  }

  private void rebind() {
    existing()
        .ifPresent(
            app -> {
              ObjectNode request = app.persisted().orElseThrow();
              request
                  .withObject("/metadata/annotations")
                  .put(
                      Annotations.REBIND,
                      any(List.of("", "", "configmap/a", "configmap/a,secret/a")));
              write(app, request, "kubectl-annotate", Asked.REBIND);
            });
  }

  private void setName() {
    existing()
        .filter(app -> !app.references().isEmpty())
        .ifPresent(
            app -> {
              Reference reference = any(app.references());
              List<String> names =
                  reference.named().kind() == HeadKind.SECRET ? SECRETS : CONFIG_MAPS;
              String name = any(names.stream().filter(n -> !n.isEmpty()).toList());
              write(app, app.withName(reference, name), "kubectl-edit");
            });
  }

  private void setImage() {
    existing()
        .ifPresent(
            app -> {
              ObjectNode request = app.persisted().orElseThrow();
              ((ObjectNode) request.at(app.kind.template() + "/spec/containers/0"))
                  .put("image", image());
              write(app, request, "kubectl-set");
            });
  }

  private void labelWorkload() {
    existing()
        .ifPresent(app -> write(app, labelled(app.persisted().orElseThrow()), "kubectl-label"));
  }

  private void forgeWorkload() {
    SimulatedServer app = anyApp();
    ObjectNode request =
        oneIn(3) && app.exists() ? app.persisted().get() : app.apply(image(), names());
    List<String> bindings =
        List.of("configmap/a=v000", "configmap/a=v001,secret/a=v000", "configmap/a-v000=v000", "x");
    ObjectNode annotations = request.withObject("/metadata/annotations");
    if (oneIn(2)) {
      annotations.put(Annotations.HELD, any(bindings));
    }
    if (oneIn(2)) {
      annotations.put(Annotations.WAITING, any(List.of("configmap/a", "secret/missing", "x")));
    }
    if (oneIn(3)) {
      annotations.put(Annotations.BASELINE, any(bindings));
    }
    // Bindings to what is not there are believed, so that an undo to a revision whose version was
    // deleted can be mended by a restart.
    String forged = any(bindings);
    boolean names =
        Bindings.parse(forged).versions().entrySet().stream()
            .map(entry -> entry.getKey().version(entry.getValue()).in("shop"))
            .allMatch(cluster.objects::containsKey);
    if (oneIn(2) && names && cluster.optedIn && !annotations.has(Annotations.VERSIONED)) {
      request
          .withObject(app.kind.template() + "/metadata/annotations")
          .put(Annotations.BINDINGS, forged);
    }
    write(app, request, "kubectl-edit");
  }

  private void setRollout() {
    existing()
        .ifPresent(
            app -> {
              ObjectNode request = app.persisted().orElseThrow();
              request
                  .withObject("/metadata/annotations")
                  .put(Annotations.ROLLOUT, any(List.of("pinned", "auto", "on-apply")));
              write(app, request, "kubectl-annotate");
            });
  }

  private void leaveWorkloadOut() {
    existing()
        .ifPresent(
            app -> {
              ObjectNode request = app.persisted().orElseThrow();
              ObjectNode annotations = request.withObject("/metadata/annotations");
              if (annotations.remove(Annotations.VERSIONED) == null) {
                annotations.put(Annotations.VERSIONED, "false");
              }
              write(app, request, "kubectl-annotate");
            });
  }

  private void applyWorkloadAway() {
    SimulatedServer app = anyApp();
    if (app.kind.change() == WorkloadKind.Change.MUTABLE) {
      ObjectNode request = app.apply(image(), names());
      note(app.name);
      note(request);
      app.put(request);
      promises.workloadPastAdmission(app);
    }
  }

  private void undoAway() {
    existing()
        .filter(app -> app.revisionObjects().size() > 1)
        .ifPresent(
            app -> {
              app.put(app.undo(random.nextInt(app.revisionObjects().size() - 1)));
              note(app.name);
              note(app.persisted().orElseThrow());
              promises.workloadPastAdmission(app);
            });
  }

  private void deleteWorkload() {
    SimulatedServer app = anyApp();
    app.delete();
    promises.workloadPastAdmission(app);
  }

  private void write(SimulatedServer app, ObjectNode request, String manager) {
    write(app, request, manager, Asked.ANYTHING_ELSE);
  }

  /** A client's request, once dry and once for real. */
  private void write(SimulatedServer app, ObjectNode request, String manager, Asked asked) {
    note(app.name);
    note(request);
    Map<HeadRef, Named> meanings = promises.meanings(app, request);
    Optional<ObjectNode> old = app.persisted();
    Map<ObjectKey, ObjectNode> before = new TreeMap<>(Comparator.comparing(ObjectKey::toString));
    before.putAll(cluster.objects);
    Admitted dry = cluster.admit(app, request, manager, true);
    assertThat(cluster.objects).as("objects after a dry run").isEqualTo(before);
    Admitted real = cluster.admit(app, request, manager, false);
    same(dry, real);
    if (!real.isAllowed()) {
      return;
    }
    note(real.object());
    Promises.onlyReferencesChanged(app, request, real.object());
    boolean refused =
        app.kind.change() == WorkloadKind.Change.IMMUTABLE
            && old.filter(
                    o -> !Promises.template(app, o).equals(Promises.template(app, real.object())))
                .isPresent();
    if (!refused) {
      assertThat(cluster.admit(app, real.object(), manager, false).object())
          .as("admitted again")
          .isEqualTo(real.object());
    }
    promises.workloadAdmitted(app, asked, old, request, meanings, real.object());
    Set<ObjectKey> named = retention.isKept() ? retention.versionsNamedBy(real.object()) : Set.of();
    if (refused) {
      promises.workloadPastAdmission(app);
    } else if (oneIn(4)) {
      note("late");
      retention.persistLater(() -> persist(app, old, real.object(), named));
    } else {
      persist(app, old, real.object(), named);
    }
  }

  /**
   * @param old what the request was based on; if it is not that any more, the request is refused
   */
  private void persist(
      SimulatedServer app, Optional<ObjectNode> old, ObjectNode result, Set<ObjectKey> named) {
    if (app.persisted().equals(old)) {
      assertThat(cluster.objects.keySet()).as("versions of " + app.name).containsAll(named);
      app.put(result);
    } else {
      promises.workloadPastAdmission(app);
    }
  }

  private void persistLate() {
    retention.persistOne();
  }
}
