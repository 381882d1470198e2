package dev.lockstep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may know which. CONTRIBUTING.md has the same list, in words. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

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
          .resideOutsideOfPackages("dev.lockstep.observability.metrics..", "dev.lockstep.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");
}
