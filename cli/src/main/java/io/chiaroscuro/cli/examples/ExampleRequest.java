package io.chiaroscuro.cli.examples;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An example to be made.
 *
 * @param model the checkpoint's folder
 * @param embedding the file of the word in the prompt, where there is one
 * @param photographs the folder of the pictures whose leak is modelled; empty to use the statistics
 *     that lie in {@link #statistics} as they are
 * @param size of the pictures, width and height in pixels
 * @param steps of denoising
 * @param count how many pictures, {@link Example#count}
 * @param folder where its pictures, its statistics and its report go
 */
public record ExampleRequest(
    Example example,
    Path model,
    Optional<Path> embedding,
    Optional<Path> photographs,
    int size,
    int steps,
    int count,
    Device device,
    DType dtype,
    Path folder) {

  public ExampleRequest {
    requirePositive("size", size);
    requirePositive("number of steps", steps);
    requirePositive("number of pictures", count);
  }

  /** Where the statistics of an example in this folder lie. */
  public static Path statistics(Path folder) {
    return folder.resolve("leak");
  }

  Path statistics() {
    return statistics(folder);
  }

  /** What is not as the authors had it, a sentence each. */
  List<String> departures() {
    List<String> departures = new ArrayList<>();
    depart("size of the pictures", size, example.size(), departures);
    depart("number of steps", steps, Example.STEPS, departures);
    depart("number of pictures", count, example.count(), departures);
    return departures;
  }

  private static void depart(String what, int here, int there, List<String> departures) {
    if (here != there) {
      departures.add("The %s is %d here; the authors have %d.".formatted(what, here, there));
    }
  }

  private static void requirePositive(String what, int value) {
    if (value < 1) {
      throw new InvalidInputException("The %s is %d; give 1 or more.".formatted(what, value));
    }
  }
}
