package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.Tensor;

/**
 * Pictures as pixels: (B, 3, H, W), float32 on the CPU, in -1..1. While a batch is worked on, the
 * next one announced is decoded, scaled, cropped and mirrored on another thread.
 */
public final class Pixels implements Pictures<Tensor> {

  private final Examples examples;
  private final ResizedImages images;
  private final Augmentation augmentation;
  private final ExecutorService loading =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "picture-loading");
            thread.setDaemon(true);
            return thread;
          });
  private List<Place> announced = List.of();
  private List<Future<RgbImage>> ahead = List.of();

  private Pixels(Examples examples, ResizedImages images, Augmentation augmentation) {
    this.examples = examples;
    this.images = images;
    this.augmentation = augmentation;
  }

  /** Each picture is decoded whenever its turn comes. */
  public static Pixels decoding(Examples examples, Augmentation augmentation) {
    return new Pixels(examples, ResizedImages.fromFiles(examples), augmentation);
  }

  /**
   * Each picture is decoded once and then held, scaled, in the Java heap: 3 bytes a pixel.
   *
   * @throws InvalidInputException if the heap is too small for that
   */
  public static Pixels holding(Examples examples, Augmentation augmentation) {
    var held = new HeldImages(ResizedImages.fromFiles(examples), examples.size());
    return new Pixels(examples, held, augmentation);
  }

  Examples examples() {
    return examples;
  }

  @Override
  public Tensor load(List<Place> places) {
    announce(places);
    List<RgbImage> batch = new ArrayList<>(places.size());
    for (Future<RgbImage> image : ahead) {
      batch.add(finished(image));
    }
    announced = List.of();
    ahead = List.of();
    return RgbImage.toTensor(batch);
  }

  @Override
  public void announce(List<Place> places) {
    if (!places.equals(announced)) {
      ahead.forEach(image -> image.cancel(false));
      ahead = places.stream().map(place -> loading.submit(() -> prepared(place))).toList();
      announced = places;
    }
  }

  private RgbImage prepared(Place place) {
    RgbImage resized = images.get(place.index());
    return augmentation.apply(resized, examples.sizeOf(place.index()), place);
  }

  private static RgbImage finished(Future<RgbImage> image) {
    try {
      return image.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InvalidInputException invalid) {
        throw invalid;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InvalidInputException("Loading was interrupted; start again to resume.", e);
    }
  }

  @Override
  public void close() {
    loading.shutdownNow();
  }
}
