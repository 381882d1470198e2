package dev.lockstep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may know which: the pure core decides, the edges do. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule versionKnowsTheJdkAndJsonAlone =
      classes()
          .that()
          .resideInAPackage("dev.lockstep.version")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..", "javax.crypto..", "com.fasterxml.jackson..", "dev.lockstep.version");

  @ArchTest
  static final ArchRule bindingKnowsVersionsBesides =
      classes()
          .that()
          .resideInAPackage("dev.lockstep.binding")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..", "com.fasterxml.jackson..", "dev.lockstep.version", "dev.lockstep.binding");

  @ArchTest
  static final ArchRule retentionKnowsBothBesides =
      classes()
          .that()
          .resideInAPackage("dev.lockstep.retention")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "com.fasterxml.jackson..",
              "dev.lockstep.version",
              "dev.lockstep.binding",
              "dev.lockstep.retention");

  @ArchTest
  static final ArchRule certificatesKnowNothingOfTheRest =
      classes()
          .that()
          .resideInAPackage("dev.lockstep.tls")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax..",
              "org.bouncycastle..",
              "io.vertx.core..",
              "org.jboss.logging..",
              "dev.lockstep.version",
              "dev.lockstep.tls");

  @ArchTest
  static final ArchRule theClientIsKnownInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.lockstep.kubernetes", "dev.lockstep")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.fabric8..", "dev.lockstep.kubernetes");

  @ArchTest
  static final ArchRule httpIsKnownInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.lockstep.admission", "dev.lockstep")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.vertx.core.http..", "io.vertx.ext.web..", "dev.lockstep.admission");

  @ArchTest
  static final ArchRule whatMeasuresIsKnownInOnePlace =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.lockstep")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");

  @ArchTest
  static final ArchRule noFieldOfTheClientsModelsReachesTheRules =
      noClasses()
          .that()
          .resideInAnyPackage("dev.lockstep.admission", "dev.lockstep.reconcile")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..");
}
