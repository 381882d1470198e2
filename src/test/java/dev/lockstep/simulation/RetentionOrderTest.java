package dev.lockstep.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.retention.RetentionController;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.retention.RetentionPolicy;
import dev.lockstep.retention.RetentionSettings;
import dev.lockstep.webhook.Admissions.Admitted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A request that makes a version needed again, beside the two looks of retention that would take
 * that version: every order of the calls that both make to the API server, from the request's first
 * to what is persisted. A request may take a minute, half of the grace period.
 */
class RetentionOrderTest {
  private static final ObjectKey HEAD = new ObjectKey(HeadKind.CONFIG_MAP, "shop", "a");
  private static final ObjectKey OLD = HEAD.named("a-v000");
  private static final Duration GRACE = Duration.ofSeconds(120);
  private static final Duration TICK = Duration.ofSeconds(41);
  private static final int TICKS = 3;
  private static final int MOST_TICKS_OF_A_REQUEST = 1;

  /** What is asked for. */
  private enum Request {
    EXPLICIT_PIN(1, 3, World::pin),
    BOUND_TEMPLATE_OF_A_REVISION_THAT_IS_GONE(1, 4, World::bringBack),
    CONTENT_OF_THE_HEAD_AS_IT_WAS(3, 4, World::returnContent);

    /** Calls at its beginning that are about what retention does not touch. */
    private final int before;

    /**
     * Calls that each come in their own time then; the last of them with all that follow, which is
     * to persist, and more only where the version was gone before.
     */
    private final int calls;

    private final Consumer<World> request;

    Request(int before, int calls, Consumer<World> request) {
      this.before = before;
      this.calls = calls;
      this.request = request;
    }
  }

  @ParameterizedTest
  @EnumSource(Request.class)
  void noOrderLeavesAMissingVersion(Request request) {
    World alone = new World(request, List.of()).run();
    int kept = 0;
    int gone = 0;
    for (List<Integer> order : orders(request.calls, alone.places)) {
      if (alone.ticksFrom(order.get(0), order.get(order.size() - 1)) <= MOST_TICKS_OF_A_REQUEST) {
        World world = new World(request, order).run();
        world.check();
        if (world.isThere()) {
          kept++;
        } else {
          gone++;
        }
      }
    }
    assertThat(kept).as("orders in which it is kept").isGreaterThan(100);
    assertThat(gone).as("orders in which it went before").isPositive();
  }

  /** Before which of retention's steps each call of the request comes: all there are. */
  private static List<List<Integer>> orders(int calls, int places) {
    List<List<Integer>> orders = new ArrayList<>();
    extend(new ArrayList<>(), calls, places, orders);
    return orders;
  }

  private static void extend(
      List<Integer> begun, int calls, int places, List<List<Integer>> orders) {
    if (begun.size() == calls) {
      orders.add(List.copyOf(begun));
      return;
    }
    int first = begun.isEmpty() ? 0 : begun.get(begun.size() - 1);
    for (int place = first; place <= places; place++) {
      begun.add(place);
      extend(begun, calls, places, orders);
      begun.remove(begun.size() - 1);
    }
  }

  /** One namespace and one order in it. */
  private static final class World {
    private final SmallCluster cluster = new SmallCluster();
    private final VirtualTime time = new VirtualTime();
    private final SimulatedServer app =
        new SimulatedServer(WorkloadKind.BUILT_IN.get(0), "deployments");
    private final RetentionController collector;
    private final Request kind;
    private final List<Integer> order;
    private final TurnByTurn request;
    private int places;
    private int taken;
    private final List<Integer> ticks = new ArrayList<>();
    private Optional<Admitted> answer = Optional.empty();

    World(Request request, List<Integer> order) {
      this.kind = request;
      this.order = order;
      this.request = new TurnByTurn(() -> request.request.accept(this));
      collector =
          new RetentionController(
              new SmallVersions(cluster, time, version -> {}),
              new RetentionController.Scope(
                  name -> Optional.of(SmallCluster.SHOP), () -> List.of(SmallCluster.SHOP.name())),
              new RetentionPolicy(new RetentionSettings(0, 0, GRACE, Duration.ZERO)),
              new RetentionController.Schedule(
                  RetentionController.Mode.DELETE, GRACE, Duration.ofHours(1), 1_000_000_000),
              (object, severity, reason, message) -> {},
              time.executor,
              time);
      cluster.apps.put(app.name, app);
      for (String value : List.of("A", "B")) {
        ObjectNode head = cluster.admit(HEAD, head(value), false).object();
        cluster.put(HEAD, head);
        cluster.versions.resolve(HEAD, SmallCluster.SHOP, false);
      }
    }

    private ObjectNode head(String value) {
      ObjectNode head = cluster.find(HEAD).orElseGet(JsonNodeFactory.instance::objectNode);
      head.put("apiVersion", "v1").put("kind", "ConfigMap");
      head.withObject("/metadata").put("name", HEAD.name()).put("namespace", HEAD.namespace());
      head.putObject("data").put("KEY", value);
      return head;
    }

    World run() {
      cluster.beforeEachCall =
          () -> {
            if (request.isRunning()) {
              request.pause();
            } else {
              place();
            }
          };
      collector.lead();
      time.pass(Duration.ofSeconds(5));
      for (int tick = 0; tick < TICKS; tick++) {
        place();
        ticks.add(places);
        time.pass(TICK);
      }
      collector.touched("shop");
      time.pass(Duration.ofSeconds(5));
      cluster.beforeEachCall = request::pauseIfRunning;
      while (!request.isDone()) {
        request.goOn();
      }
      cluster.beforeEachCall = () -> {};
      return this;
    }

    /** Before a step of retention: the request's calls that come here. */
    private void place() {
      while (taken < order.size() && order.get(taken) == places) {
        for (int i = taken++ == 0 ? -kind.before : 0; i < 1; i++) {
          request.goOn();
        }
        while (taken == order.size() && !request.isDone()) {
          request.goOn();
        }
      }
      places++;
    }

    /** How often time passes between two places. */
    long ticksFrom(int first, int last) {
      return ticks.stream().filter(tick -> first < tick && tick <= last).count();
    }

    boolean isThere() {
      return cluster.find(OLD).isPresent();
    }

    void check() {
      boolean isPromised =
          answer
              .filter(Admitted::isAllowed)
              .filter(allowed -> allowed.warnings().isEmpty())
              .map(allowed -> allowed.object().toString().contains("v000"))
              .orElse(false);
      assertThat(isThere() || !isPromised).as("%s after %s", OLD, order).isTrue();
      time.pass(Duration.ofHours(3));
      assertThat(isThere() || !isPromised).as("%s long after %s", OLD, order).isTrue();
      assertThat(collector.failures()).isZero();
    }

    void pin() {
      write(app.apply("1", List.of(OLD.name(), "", "", "", "")));
    }

    void bringBack() {
      ObjectNode old = app.apply("1", List.of(OLD.name(), "", "", "", ""));
      old.withObject("/spec/template/metadata/annotations")
          .put(Annotations.BINDINGS, "configmap/a=v000");
      write(old);
    }

    private void write(ObjectNode workload) {
      answer = Optional.of(cluster.admit(app, workload, "kubectl", false));
      request.pause();
      app.put(answer.get().object());
    }

    void returnContent() {
      answer = Optional.of(cluster.admit(HEAD, head("A"), false));
      request.pause();
      cluster.put(HEAD, answer.get().object());
    }
  }
}
