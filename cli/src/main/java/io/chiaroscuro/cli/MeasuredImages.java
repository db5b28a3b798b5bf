package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Histogram;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The brightness of a set of images.
 *
 * @param description where they were looked for
 * @param imageMeans each image's brightness by its path, in the order of measuring
 * @param brightness that of all
 * @param skipped how many files could not be decoded
 */
record MeasuredImages(
    String description, Map<String, Double> imageMeans, Brightness brightness, int skipped) {

  /**
   * Measures the images in {@code paths}; broken ones are named on {@code err} and skipped.
   *
   * @throws InvalidInputException if a path does not exist or no image is left
   */
  static MeasuredImages measure(String task, List<Path> paths, PrintWriter err) {
    String description = paths.stream().map(Path::toString).collect(Collectors.joining(", "));
    List<Path> files =
        paths.stream().flatMap(p -> ImageFolder.list(p).stream()).distinct().toList();
    Map<String, Double> imageMeans = new LinkedHashMap<>();
    Histogram pixels = null;
    try (Progress progress = Progress.start(task, files.size(), err)) {
      for (Path file : files) {
        try {
          Histogram image = Histogram.of(ImageDecoder.decode(file));
          imageMeans.put(file.toString(), image.mean());
          pixels = pixels == null ? image : pixels.merge(image);
        } catch (InvalidInputException e) {
          progress.say("chiaroscuro: skipped: " + e.getMessage());
        }
        progress.step();
      }
    }
    if (pixels == null) {
      throw new InvalidInputException(
          "None of the %d file(s) in %s is an image that can be decoded; give others."
              .formatted(files.size(), description));
    }
    return new MeasuredImages(
        description,
        imageMeans,
        new Brightness(new ArrayList<>(imageMeans.values()), pixels),
        files.size() - imageMeans.size());
  }

  BrightnessFacts facts() {
    return new BrightnessFacts(
        description,
        imageMeans.size(),
        skipped,
        brightness.mean(),
        brightness.spread(),
        brightness::percentile,
        brightness.pixels());
  }

  /** What {@code other} is like and how far from it these images are. */
  Facts against(MeasuredImages other) {
    return facts().against(other.facts(), brightness.wassersteinDistance(other.brightness));
  }
}
