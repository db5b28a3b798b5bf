package io.chiaroscuro.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chiaroscuro.fixtures.ChildJvm;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is wrong with a cluster before there is one. */
class BadSparkTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> cluster() {
    return Stream.of(
        bad("no master", "stats --spark=photos", "photos", "spark://HOST:7077"),
        bad("no port", "stats --spark=spark://localhost", "spark://localhost", "HOST:7077"),
        bad("no threads", "stats --spark=local --spark-threads=0", "--spark-threads is 0"),
        bad("each on a cluster", "brightness @/photos --spark=local --each", "--each"),
        bad("a table and a folder", "stats --spark=local --table=t.csv", "one of --data-dir"),
        bad("a table here", "stats --table=photos.parquet", "--table", "--spark"),
        bad("groups here", "stats --group-by=season", "--group-by", "--spark"),
        bad("a list here", "stats --skipped=skipped", "--skipped", "--spark"),
        bad("one prompt", "generate --spark=local", "--prompts"),
        bad("no part of Spark", "spark boss", "master, worker and submit"),
        bad("without the launcher", "spark master", "./chiaroscuro"),
        bad(
            "a LoRA on a cluster",
            "generate --spark=local --prompts=p.txt --lora=l",
            "--lora",
            "--spark"),
        bad(
            "an image on a cluster",
            "generate --spark=local --prompts=@/prompts.txt --image=@/photos/0.png",
            sandbox -> sandbox.text("prompts.txt", "light"),
            "prompts.txt, line 1",
            "--image"));
  }

  @Override
  List<String> usual(String command) {
    return command.equals("generate")
        ? List.of("--output-dir=@/out")
        : command.equals("stats") ? super.usual(command) : List.of();
  }

  @Test
  void whoHasNoSparkIsToldWhereFrom() throws Exception {
    List<String> command =
        ChildJvm.command(Chiaroscuro.class, "brightness", whole.path("photos"), "--spark=local");
    command.replaceAll(word -> word.contains(File.pathSeparator) ? withoutSpark(word) : word);
    Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
    assertThat(new String(program.getInputStream().readAllBytes()).strip())
        .isEqualTo(
            "chiaroscuro: There is no Spark on the class path; start the launcher ./chiaroscuro, which fetches it, or spark-submit.");
    assertThat(program.waitFor()).isEqualTo(1);
  }

  private static String withoutSpark(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(entry -> !new File(entry).getName().startsWith("spark-"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
