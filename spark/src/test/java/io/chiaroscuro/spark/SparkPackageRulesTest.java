package io.chiaroscuro.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each package depends only on those above it in this list. */
class SparkPackageRulesTest {

  private static final String BASE = "io.chiaroscuro.spark.";

  private static final List<String> ORDER =
      List.of("cluster", "picture", "statistics", "generation", "brightness", "sql");

  private final JavaClasses spark =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.chiaroscuro.spark");

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
                            .allowEmptyShould(true)
                            .check(spark)))
        .toList();
  }

  private static String[] below(String name) {
    return ORDER.subList(ORDER.indexOf(name) + 1, ORDER.size()).stream()
        .map(below -> BASE + below)
        .toArray(String[]::new);
  }
}
