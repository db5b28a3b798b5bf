package io.chiaroscuro.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.chiaroscuro.fixtures.PackageOrder;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The packages follow a request's way back: each depends only on those above it in this list. */
class ServerPackageRulesTest {

  private static final PackageOrder ORDER =
      new PackageOrder(
          "io.chiaroscuro.server",
          List.of(
              "json",
              "light",
              "job",
              "model",
              "render",
              "store",
              "upload",
              "http",
              "api",
              "openai",
              "automatic1111",
              "page"));

  private final JavaClasses server =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.chiaroscuro.server");

  @TestFactory
  List<DynamicTest> dependsOnlyOnThoseAbove() {
    return ORDER.tests(server);
  }

  @Test
  void nothingDependsOnTheWhole() {
    noClasses()
        .that()
        .resideInAnyPackage(ORDER.patterns(ORDER.names()))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.chiaroscuro.server")
        .check(server);
  }

  @Test
  void onlyDoorsKnowTheWeb() {
    noClasses()
        .that()
        .resideInAnyPackage(ORDER.patterns(ORDER.names().subList(0, ORDER.names().indexOf("http"))))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.javalin..", "jakarta..", "org.eclipse.jetty..")
        .check(server);
  }
}
