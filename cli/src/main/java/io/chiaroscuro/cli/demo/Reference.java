package io.chiaroscuro.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.Histogram;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageDecoder.Orientation;
import io.chiaroscuro.image.ImageFolder;
import io.chiaroscuro.leak.LatentShape;
import io.chiaroscuro.leak.LeakStatistics;
import io.chiaroscuro.leak.PixelStatistics;
import io.chiaroscuro.leak.StatisticType;
import io.chiaroscuro.pipeline.ImagePreparation;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.pipeline.LatentEncoder;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.pipeline.StatisticsRequest;
import io.chiaroscuro.pipeline.StatisticsRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What generated pictures are compared with, and what leaks are drawn from: the data. It is small,
 * so that the data need not be there.
 *
 * @param captions what the model can draw, without a word about backgrounds
 * @param heldOut pictures like those the model was trained on, but others
 * @param lineArt drawings in black lines on white
 * @param dark dark pictures of one style
 */
public record Reference(
    List<String> captions, PictureSet heldOut, PictureSet lineArt, PictureSet dark)
    implements AutoCloseable {

  private static final String FILE = "reference.json";
  private static final String HELD_OUT = "held-out";
  private static final String LINE_ART = "line-art";
  private static final String DARK = "dark";
  private static final int N_COMPONENTS = 3;
  private static final int BATCH_SIZE = 16;

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A set of pictures.
   *
   * @param brightness of its pictures
   * @param statistics of their latents
   */
  public record PictureSet(Brightness brightness, LeakStatistics statistics) {

    /** For sets that are modelled element by element. */
    LatentStyle style() {
      return LatentStyle.of((PixelStatistics) statistics);
    }
  }

  public Reference {
    captions = List.copyOf(captions);
  }

  /**
   * Reads what {@link #measure} wrote.
   *
   * @throws InvalidInputException if the folder lacks a part, or one is damaged
   */
  public static Reference read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      JsonNode json = JSON.readTree(Files.readString(file));
      List<String> captions = new ArrayList<>();
      json.path("captions").forEach(caption -> captions.add(caption.asText()));
      JsonNode brightness = json.path("brightness");
      if (captions.isEmpty() || !brightness.isObject()) {
        throw new InvalidInputException(
            "%s holds no captions or no brightness; make it again with --data-dir."
                .formatted(file));
      }
      return new Reference(
          captions,
          read(folder, HELD_OUT, brightness),
          readPixel(folder, LINE_ART, brightness),
          readPixel(folder, DARK, brightness));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s is not valid JSON (%s); make it again with --data-dir."
              .formatted(file, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); give the folder that --data-dir made, or the pictures themselves."
              .formatted(file, AtomicFile.reason(e)),
          e);
    }
  }

  private static PictureSet readPixel(Path folder, String name, JsonNode brightness) {
    PictureSet set = read(folder, name, brightness);
    if (set.statistics().type() != StatisticType.PIXEL) {
      set.statistics().close();
      throw new InvalidInputException(
          "%s holds %s statistics, not pixel; make them again with --data-dir."
              .formatted(folder.resolve(name), set.statistics().type()));
    }
    return set;
  }

  private static PictureSet read(Path folder, String name, JsonNode brightness) {
    JsonNode of = brightness.path(name);
    List<Double> means = new ArrayList<>();
    of.path("image_means").forEach(mean -> means.add(mean.asDouble()));
    List<Long> counts = new ArrayList<>();
    of.path("pixel_counts").forEach(count -> counts.add(count.asLong()));
    if (means.isEmpty() || counts.size() != Histogram.BINS) {
      throw new InvalidInputException(
          "%s does not tell how bright %s is; make it again with --data-dir."
              .formatted(folder.resolve(FILE), name));
    }
    long[] pixels = counts.stream().mapToLong(Long::longValue).toArray();
    return new PictureSet(
        new Brightness(means, new Histogram(pixels)), LeakStatistics.read(folder.resolve(name)));
  }

  /**
   * Measures the pictures that {@code dataset openmoji} made and writes the result.
   *
   * @param dataDir with the folders held-out, line-art and dark, and emoji.jsonl
   * @param folder where the result is written
   * @throws InvalidInputException if a part of the data is missing or cannot be read
   */
  public static Reference measure(StableDiffusion model, Path dataDir, Path folder) {
    AtomicFile.requireFolder(folder);
    Map<String, Object> brightness = new LinkedHashMap<>();
    for (String set : List.of(HELD_OUT, LINE_ART, DARK)) {
      brightness.put(set, describe(measured(dataDir.resolve(set))));
      StatisticType type = set.equals(HELD_OUT) ? StatisticType.DCT_PIXEL : StatisticType.PIXEL;
      writeStatistics(model, dataDir.resolve(set), type, folder.resolve(set));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("captions", phrases(dataDir.resolve("emoji.jsonl")));
    json.put("brightness", brightness);
    AtomicFile.write(
        folder.resolve(FILE),
        temporary ->
            Files.writeString(
                temporary, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json)));
    return read(folder);
  }

  private static Brightness measured(Path folder) {
    return Brightness.merge(
        ImageFolder.list(folder).stream()
            .map(file -> Brightness.of(ImageDecoder.decode(file)))
            .toList());
  }

  private static Map<String, Object> describe(Brightness brightness) {
    List<Long> counts =
        LongStream.range(0, Histogram.BINS)
            .map(value -> brightness.pixels().count((int) value))
            .boxed()
            .toList();
    return Map.of("image_means", brightness.imageMeans(), "pixel_counts", counts);
  }

  private static void writeStatistics(
      StableDiffusion model, Path pictures, StatisticType type, Path folder) {
    ImagePreparation preparation =
        new ImagePreparation(
            model.trainedSize(),
            model.trainedSize(),
            Cropping.CENTER,
            Mirroring.NONE,
            Orientation.UPRIGHT,
            0);
    StatisticsRequest request =
        new StatisticsRequest(
            ImageFolder.list(pictures), preparation, type, N_COMPONENTS, BATCH_SIZE);
    // The model's own networks, which stay open.
    LatentEncoder encoder = new LatentEncoder(model.vae());
    try (var run = new StatisticsRun(encoder, model.checkpoint(), request, folder)) {
      run.forEachRemaining(batch -> {});
      run.finish().close();
    }
  }

  /** What the emoji are called with their article, in the order of the file. */
  private static List<String> phrases(Path file) {
    try {
      List<String> phrases = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        phrases.add(JSON.readTree(line).path("phrase").asText());
      }
      if (phrases.isEmpty() || phrases.stream().anyMatch(String::isBlank)) {
        throw new InvalidInputException(
            "%s lacks a \"phrase\" in a line; make it again with 'dataset openmoji'."
                .formatted(file));
      }
      return phrases;
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s is not valid JSON (%s); make it again with 'dataset openmoji'."
              .formatted(file, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read %s (%s); give the folder that 'dataset openmoji' made."
              .formatted(file, AtomicFile.reason(e)),
          e);
    }
  }

  /**
   * @throws InvalidInputException unless all statistics are for latents of this shape
   */
  void requireShape(LatentShape shape) {
    for (PictureSet set : List.of(heldOut, lineArt, dark)) {
      if (!set.statistics().shape().equals(shape)) {
        throw new InvalidInputException(
            "The reference is for %s, but this model has %s; make it for this model with --data-dir."
                .formatted(set.statistics().shape(), shape));
      }
    }
  }

  @Override
  public void close() {
    heldOut.statistics().close();
    lineArt.statistics().close();
    dark.statistics().close();
  }
}
