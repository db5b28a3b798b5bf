package io.chiaroscuro.training;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The packages follow the data's way: each depends only on those above it in this list. */
class TrainingPackageRulesTest {

  private static final List<String> ORDER =
      List.of(
          "openmoji",
          "evaluation",
          "data",
          "objective",
          "optim",
          "process",
          "run",
          "subject",
          "method",
          "recipe");

  private final JavaClasses training =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.chiaroscuro.training");

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
                            .resideInAPackage("io.chiaroscuro.training." + name + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(below(name))
                            .allowEmptyShould(true)
                            .check(training)))
        .toList();
  }

  private static String[] below(String name) {
    return ORDER.subList(ORDER.indexOf(name) + 1, ORDER.size()).stream()
        .map(lower -> "io.chiaroscuro.training." + lower + "..")
        .toArray(String[]::new);
  }
}
