package io.chiaroscuro.training;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.chiaroscuro.fixtures.PackageOrder;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The packages follow the data's way: each depends only on those above it in this list. */
class TrainingPackageRulesTest {

  private static final PackageOrder ORDER =
      new PackageOrder(
          "io.chiaroscuro.training",
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
              "recipe"));

  private final JavaClasses training =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.chiaroscuro.training");

  @TestFactory
  List<DynamicTest> dependsOnlyOnThoseAbove() {
    return ORDER.tests(training);
  }
}
