package io.chiaroscuro.cli;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakAccumulator;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsFile;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.TensorScope;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * All that a command needs, and ways to break it: {@code model} for pictures of 128 x 128, three
 * {@code photos}, statistics in {@code leak} (dct+pixel) and {@code pixel-leak}, results of an
 * earlier run in {@code out}, and {@code words.txt}.
 */
record Sandbox(Path folder) {

  private static final String STATS = "stats.safetensors";

  static Sandbox create(Path folder) throws IOException {
    Sandbox sandbox = new Sandbox(folder);
    SeededStableDiffusion.write(sandbox.path("model"), 0);
    for (int i = 0; i < 3; i++) {
      PngFile.write(
          sandbox.path("photos/%d.png".formatted(i)),
          RgbImage.solid(160, 140, 80 * i, 20, 255 - 70 * i),
          Map.of());
    }
    try (var dctPixel = LeakAccumulator.dctPixel(new LatentShape(4, 16, 16), 3);
        var pixel = LeakAccumulator.pixel(new LatentShape(4, 16, 16));
        var generator = new SeededGenerator(5);
        var scope = new TensorScope()) {
      Tensor latents = generator.randn(6, 4, 16, 16);
      dctPixel.add(latents);
      dctPixel.statistics(Map.of("model", "seeded")).write(sandbox.path("leak"));
      pixel.add(latents);
      pixel.statistics(Map.of()).write(sandbox.path("pixel-leak"));
    }
    copy(sandbox.path("leak"), sandbox.path("out"));
    Files.copy(sandbox.path("photos/0.png"), sandbox.path("out/seed-0.png"));
    return sandbox.text("words.txt", "Only words.");
  }

  Sandbox copyTo(Path target) throws IOException {
    copy(folder, target);
    return new Sandbox(target);
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  Sandbox text(String name, String content) throws IOException {
    Files.createDirectories(path(name).getParent());
    Files.writeString(path(name), content);
    return this;
  }

  /** Replaces what stands in a file, which must stand there. */
  Sandbox replace(String name, String old, String by) throws IOException {
    String content = Files.readString(path(name));
    if (!content.contains(old)) {
      throw new IllegalArgumentException("%s does not contain %s".formatted(name, old));
    }
    return text(name, content.replace(old, by));
  }

  /** Deletes a file, or a folder with all it holds. */
  Sandbox delete(String name) throws IOException {
    try (Stream<Path> files = Files.walk(path(name))) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
    return this;
  }

  Sandbox rename(String name, String to) throws IOException {
    Files.move(path(name), path(to));
    return this;
  }

  /** Cuts a file's second half off. */
  Sandbox halve(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(path(name), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    return this;
  }

  /** Writes a tensor file after {@code change}. */
  Sandbox tensors(String name, Consumer<Map<String, Tensor>> change) {
    try (var scope = new TensorScope()) {
      Map<String, Tensor> tensors = new HashMap<>();
      Map<String, String> metadata = Map.of();
      if (Files.exists(path(name))) {
        try (var file = SafetensorsFile.open(path(name))) {
          file.entries().keySet().forEach(t -> tensors.put(t, file.tensor(t).clone()));
          metadata = file.metadata();
        }
      }
      change.accept(tensors);
      SafetensorsWriter.write(path(name), tensors, metadata);
    }
    return this;
  }

  Sandbox statistics(String leak, Consumer<Map<String, Tensor>> change) {
    return tensors(leak + "/" + STATS, change);
  }

  /** Every file with a number for its content, to tell whether anything has changed. */
  Map<Path, Integer> state() throws IOException {
    Map<Path, Integer> state = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        state.put(file, Files.isDirectory(file) ? 0 : Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return state;
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(source.relativize(file).toString()));
      }
    }
  }
}
