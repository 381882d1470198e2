package dev.lockstep.binding;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.FakeCluster;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BaselineResolverTest {
  private static final WorkloadKind DEPLOYMENT = kind("deployments");
  private static final WorkloadKind STATEFUL_SET = kind("statefulsets");
  private static final HeadRef CONFIG = new HeadRef(HeadKind.CONFIG_MAP, "app-config");
  private static final HeadRef OTHER = new HeadRef(HeadKind.CONFIG_MAP, "other");
  private static final VersionNumber V0 = VersionNumber.FIRST;
  private static final VersionNumber V1 = V0.next();
  private static final String NOTE = "configmap/app-config=v000";

  private static WorkloadKind kind(String resource) {
    return WorkloadKind.BUILT_IN.stream()
        .filter(k -> k.resource().equals(resource))
        .findAny()
        .get();
  }

  private static ObjectNode workload(String name) {
    ObjectNode workload = JsonNodeFactory.instance.objectNode();
    workload
        .withObject("/spec/template/spec")
        .putArray("containers")
        .addObject()
        .putArray("envFrom")
        .addObject()
        .putObject("configMapRef")
        .put("name", name);
    return workload;
  }

  private static ObjectNode annotated(ObjectNode object, String key, String value) {
    object.withObject("/metadata/annotations").put(key, value);
    return object;
  }

  /** As a ControllerRevision keeps it. */
  private static RevisionHistory.Revision revision(String name) {
    ObjectNode template = (ObjectNode) workload(name).at("/spec/template");
    template.put("$patch", "replace");
    ObjectNode object =
        annotated(JsonNodeFactory.instance.objectNode(), Annotations.BASELINE, NOTE);
    return new RevisionHistory.Revision(object, template);
  }

  private static Bindings of(
      WorkloadKind kind, ObjectNode object, ObjectNode old, String manager, String... revisions) {
    List<RevisionHistory.Revision> kept =
        List.of(revisions).stream().map(BaselineResolverTest::revision).toList();
    return new BaselineResolver((k, namespace, workload) -> kept)
        .of(
            new WorkloadAdmissionRequest(
                kind,
                "my-app",
                object,
                Optional.ofNullable(old),
                Optional.of(manager).filter(m -> !m.isEmpty()),
                false,
                FakeCluster.SHOP));
  }

  @Test
  void anUndoOfADeploymentBringsItAlong() {
    ObjectNode undo = annotated(workload("app-config"), Annotations.BASELINE, NOTE);
    assertThat(of(DEPLOYMENT, undo, workload("x"), "")).hasToString(NOTE);
  }

  @Test
  void aNewDeploymentHasNone() {
    ObjectNode created = annotated(workload("app-config"), Annotations.BASELINE, NOTE);
    assertThat(of(DEPLOYMENT, created, null, "")).isEqualTo(Bindings.NONE);
  }

  @Test
  void whatAnUnseenUndoLeftOnADeploymentIsNotUsedByALaterApply() {
    ObjectNode leftOver = annotated(workload("x"), Annotations.BASELINE, NOTE);
    ObjectNode apply = annotated(workload("app-config"), Annotations.BASELINE, NOTE);
    assertThat(of(DEPLOYMENT, apply, leftOver, "kubectl-client-side-apply"))
        .isEqualTo(Bindings.NONE);
    assertThat(of(DEPLOYMENT, apply, leftOver, "")).as("an undo").hasToString(NOTE);
  }

  @Test
  void thatOfAStatefulSetIsFoundByItsTemplate() {
    assertThat(of(STATEFUL_SET, workload("app-config"), workload("x"), "", "y", "app-config"))
        .hasToString(NOTE);
    assertThat(of(STATEFUL_SET, workload("app-config"), workload("x"), "", "y"))
        .isEqualTo(Bindings.NONE);
  }

  @Test
  void anApplyMeansWhatIsCurrent() {
    assertThat(of(STATEFUL_SET, workload("app-config"), workload("x"), "kubectl", "app-config"))
        .as("it names a field manager")
        .isEqualTo(Bindings.NONE);
    ObjectNode applied =
        annotated(
            workload("app-config"), "kubectl.kubernetes.io/last-applied-configuration", "new");
    assertThat(of(STATEFUL_SET, applied, workload("x"), "", "app-config"))
        .as("it was applied anew")
        .isEqualTo(Bindings.NONE);
  }

  @Test
  void itNotesWhatBareReferencesMean() {
    RevisionHistory.Revision revision = bare("app-config");
    assertThat(BaselineResolver.toNote(revision, Map.of(CONFIG, V1, OTHER, V0)))
        .hasValueSatisfying(noted -> assertThat(noted).hasToString("configmap/app-config=v001"));
  }

  @Test
  void itNotesNothingWhereNoHeadIsNamed() {
    assertThat(BaselineResolver.toNote(bare("app-config"), Map.of(OTHER, V0))).isEmpty();
    assertThat(BaselineResolver.toNote(bare("app-config-v000"), Map.of(CONFIG, V0))).isEmpty();
  }

  @Test
  void whatWasThereBeforeTheFirstVersionMeansTheFirstThoughAReleaseCameInBetween() {
    Instant optIn = Instant.parse("2026-01-01T00:00:00Z");
    OldestVersions beginnings =
        new OldestVersions(Map.of(CONFIG, new OldestVersions.Beginning(V0, optIn)));
    assertThat(noted(optIn.minusSeconds(60), beginnings)).isEqualTo("configmap/app-config=v000");
    assertThat(noted(optIn, beginnings)).isEqualTo("configmap/app-config=v000");
    assertThat(noted(optIn.plusSeconds(1), beginnings)).isEqualTo("configmap/app-config=v001");
    assertThat(noted(optIn, new OldestVersions(Map.of()))).isEqualTo("configmap/app-config=v001");
  }

  private static String noted(Instant created, OldestVersions beginnings) {
    RevisionHistory.Revision revision = bare("app-config");
    ((ObjectNode) revision.object())
        .withObject("/metadata")
        .put("creationTimestamp", created.toString());
    return BaselineResolver.toNote(revision, Map.of(CONFIG, V1, OTHER, V0), () -> beginnings)
        .orElseThrow()
        .toString();
  }

  @Test
  void whatHasNothingToNoteLooksForNothing() {
    assertThat(
            BaselineResolver.toNote(
                revision("app-config"),
                Map.of(CONFIG, V1),
                () -> {
                  throw new AssertionError("looked for");
                }))
        .isEmpty();
  }

  @Test
  void whatWasNotedStays() {
    assertThat(BaselineResolver.toNote(revision("app-config"), Map.of(CONFIG, V1))).isEmpty();
    assertThat(BaselineResolver.toNote(revision("other"), Map.of(CONFIG, V1, OTHER, V1)))
        .hasValueSatisfying(noted -> assertThat(noted).hasToString(NOTE + ",configmap/other=v001"));
  }

  private static RevisionHistory.Revision bare(String name) {
    return new RevisionHistory.Revision(
        JsonNodeFactory.instance.objectNode(), workload(name).at("/spec/template"));
  }
}
