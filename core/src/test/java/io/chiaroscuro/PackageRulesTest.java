package io.chiaroscuro;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.chiaroscuro.fixtures.PackageOrder;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The packages follow the data's way: each depends only on those above it in this list. */
class PackageRulesTest {

  private static final PackageOrder ORDER =
      new PackageOrder(
          "io.chiaroscuro",
          List.of(
              "file",
              "profile",
              "hub",
              "tensor",
              "safetensors",
              "pickle",
              "checkpoint",
              "nn",
              "clip",
              "prompt",
              "unet",
              "vae",
              "adapter",
              "scheduler",
              "original",
              "noise",
              "leak",
              "image",
              "pipeline",
              "order",
              "analysis"));

  private final JavaClasses core =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.chiaroscuro");

  @TestFactory
  List<DynamicTest> dependsOnlyOnThoseAbove() {
    return ORDER.tests(core);
  }

  /** A class may be initialised inside a scope, which would free what it keeps. */
  @Test
  void nothingStaticIsNative() {
    noFields().that().areStatic().should().haveRawType(assignableTo(Pointer.class)).check(core);
  }

  @Test
  void everyPackageHasItsPlace() {
    String[] known = ORDER.patterns(ORDER.names());
    classes()
        .that()
        .resideOutsideOfPackage("io.chiaroscuro")
        .should()
        .resideInAnyPackage(known)
        .check(core);
  }

  @Test
  void noDrawersWithoutALabel() {
    noClasses()
        .should()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Manager")
        .check(core);
  }

  @Test
  void nativeMemoryIsScopedInOneWay() {
    ArchRuleDefinition.noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.chiaroscuro.tensor.TensorScope")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.bytedeco.javacpp.PointerScope")
        .check(core);
  }
}
