package io.chiaroscuro.spark;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.chiaroscuro.fixtures.PackageOrder;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each package depends only on those above it in this list. */
class SparkPackageRulesTest {

  private static final PackageOrder ORDER =
      new PackageOrder(
          "io.chiaroscuro.spark",
          List.of("cluster", "picture", "statistics", "generation", "brightness", "sql"));

  private final JavaClasses spark =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.chiaroscuro.spark");

  @TestFactory
  List<DynamicTest> dependsOnlyOnThoseAbove() {
    return ORDER.tests(spark);
  }
}
