package dev.lockstep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may know which. CONTRIBUTING.md has the same list, in words. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule eachLayerKnowsOnlyWhatStandsBelowIt =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("app")
          .definedBy("dev.lockstep.app..")
          .layer("observability")
          .definedBy("dev.lockstep.observability..")
          .layer("warmup")
          .definedBy("dev.lockstep.warmup..")
          .layer("kubernetes")
          .definedBy("dev.lockstep.kubernetes..")
          .layer("webhook")
          .definedBy("dev.lockstep.webhook..")
          .layer("controller")
          .definedBy("dev.lockstep.controller..")
          .layer("retention")
          .definedBy("dev.lockstep.retention..")
          .layer("binding")
          .definedBy("dev.lockstep.binding..")
          .layer("versioning")
          .definedBy("dev.lockstep.versioning..")
          .layer("certificates")
          .definedBy("dev.lockstep.certificates..")
          .layer("callers")
          .definedBy("dev.lockstep.callers..")
          .layer("logging")
          .definedBy("dev.lockstep.logging..")
          .layer("model")
          .definedBy("dev.lockstep.model..")
          .whereLayer("app")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("observability")
          .mayOnlyBeAccessedByLayers("app")
          .whereLayer("warmup")
          .mayOnlyBeAccessedByLayers("app", "observability")
          .whereLayer("kubernetes")
          .mayOnlyBeAccessedByLayers("app", "observability")
          .whereLayer("webhook")
          .mayOnlyBeAccessedByLayers("app", "observability", "warmup")
          .whereLayer("controller")
          .mayOnlyBeAccessedByLayers("app", "observability", "kubernetes")
          .whereLayer("retention")
          .mayOnlyBeAccessedByLayers("app", "kubernetes", "webhook", "controller")
          .whereLayer("binding")
          .mayOnlyBeAccessedByLayers(
              "app", "warmup", "kubernetes", "webhook", "controller", "retention")
          .whereLayer("versioning")
          .mayOnlyBeAccessedByLayers(
              "app",
              "observability",
              "warmup",
              "kubernetes",
              "webhook",
              "controller",
              "retention",
              "binding")
          .whereLayer("certificates")
          .mayOnlyBeAccessedByLayers("app", "observability", "kubernetes")
          .whereLayer("callers")
          .mayOnlyBeAccessedByLayers("app", "observability", "kubernetes", "webhook");

  @ArchTest
  static final ArchRule noPackagesDependOnEachOtherInACircle =
      slices().matching("dev.lockstep.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule everyClassHasARoom =
      noClasses().should().resideInAPackage("dev.lockstep").allowEmptyShould(true);

  @ArchTest
  static final ArchRule theRulesKnowTheJdkAndJsonAlone =
      classes()
          .that()
          .resideInAnyPackage(
              "dev.lockstep.model..",
              "dev.lockstep.versioning..",
              "dev.lockstep.binding..",
              "dev.lockstep.retention..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.crypto..",
              "com.fasterxml.jackson..",
              "org.jspecify..",
              "com.github.benmanes.caffeine..",
              "dev.lockstep.model..",
              "dev.lockstep.versioning..",
              "dev.lockstep.binding..",
              "dev.lockstep.retention..");

  @ArchTest
  static final ArchRule certificatesKnowNothingOfTheRest =
      classes()
          .that()
          .resideInAPackage("dev.lockstep.certificates..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax..",
              "org.bouncycastle..",
              "io.vertx.core..",
              "org.jboss.logging..",
              "org.jspecify..",
              "dev.lockstep.model..",
              "dev.lockstep.logging..",
              "dev.lockstep.certificates..");

  @ArchTest
  static final ArchRule theClientIsKnownInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.lockstep.kubernetes..", "dev.lockstep.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..");

  @ArchTest
  static final ArchRule httpIsKnownInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.lockstep.webhook.http..", "dev.lockstep.app..", "dev.lockstep.warmup..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx.core.http..", "io.vertx.ext.web..");

  @ArchTest
  static final ArchRule whatMeasuresIsKnownInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.lockstep.observability.metrics..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");
}
