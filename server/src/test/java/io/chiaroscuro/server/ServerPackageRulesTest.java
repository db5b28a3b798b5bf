package io.chiaroscuro.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The packages follow a request's way back: each depends only on those above it in this list. */
class ServerPackageRulesTest {

  private static final String BASE = "io.chiaroscuro.server.";

  private static final List<String> ORDER =
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
          "automatic1111");

  private final JavaClasses server =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.chiaroscuro.server");

  @TestFactory
  List<DynamicTest> dependsOnlyOnThoseAbove() {
    return ORDER.stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () ->
                        noClasses()
                            .that()
                            .resideInAPackage(BASE + name)
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(below(name))
                            .check(server)))
        .toList();
  }

  private static String[] below(String name) {
    return Stream.concat(
            Stream.of("io.chiaroscuro.server"),
            ORDER.subList(ORDER.indexOf(name) + 1, ORDER.size()).stream().map(n -> BASE + n))
        .toArray(String[]::new);
  }

  @Test
  void onlyDoorsKnowTheWeb() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ORDER.subList(0, ORDER.indexOf("http")).stream()
                .map(name -> BASE + name)
                .toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.javalin..", "jakarta..", "org.eclipse.jetty..")
        .check(server);
  }
}
