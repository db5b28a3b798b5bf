package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.pipeline.StableDiffusion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/**
 * Java code as it stands on a page of the documentation.
 *
 * @param code statements, in which {@code model} is a loaded model
 */
record JavaSnippet(String code) {

  private static final Pattern FENCED = Pattern.compile("(?s)\n```java\n(.*?)\n```\n");

  /** Those of a page. */
  static List<JavaSnippet> of(Path page) throws IOException {
    return FENCED
        .matcher(Files.readString(page))
        .results()
        .map(match -> new JavaSnippet(match.group(1)))
        .toList();
  }

  /**
   * Compiles and runs it.
   *
   * @param folder where its files lie, and what is compiled
   */
  void run(StableDiffusion model, Path folder) throws IOException, ReflectiveOperationException {
    Path source = folder.resolve("Snippet.java");
    Files.writeString(
        source,
        """
        import io.chiaroscuro.adapter.*;
        import io.chiaroscuro.pipeline.*;
        import java.nio.file.Path;
        import java.util.*;

        public final class Snippet {
          public static void run(StableDiffusion model) {
            %s
          }
        }
        """
            .formatted(code.replace("Path.of(\"", "Path.of(\"" + folder + "/")));
    var complaints = new ByteArrayOutputStream();
    String classPath = System.getProperty("java.class.path");
    int exitCode =
        ToolProvider.getSystemJavaCompiler()
            .run(null, complaints, complaints, "-proc:none", "-cp", classPath, source.toString());
    assertThat(exitCode).as(complaints.toString()).isZero();
    try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      loader.loadClass("Snippet").getMethod("run", StableDiffusion.class).invoke(null, model);
    }
  }
}
