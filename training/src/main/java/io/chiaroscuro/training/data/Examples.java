package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.ImageSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A data set: captioned pictures, and the sizes they are brought to. A picture's index is its place
 * in the list.
 */
public final class Examples {

  /**
   * Pictures that end up in one size.
   *
   * @param size of all of them
   * @param indices of the pictures, ascending
   */
  public record Bucket(ImageSize size, List<Integer> indices) {
    public Bucket {
      indices = List.copyOf(indices);
    }
  }

  private final List<CaptionedImage> images;
  private final Framing framing;
  private final List<Bucket> buckets;
  private final ImageSize[] sizes;

  /**
   * Where there are several sizes, the pictures' own are read from the files.
   *
   * @throws InvalidInputException if there is no picture, or the size of one cannot be read
   */
  public Examples(List<CaptionedImage> images, Framing framing) {
    if (images.isEmpty()) {
      throw new InvalidInputException("The data set is empty; give it at least one picture.");
    }
    this.images = List.copyOf(images);
    this.framing = framing;
    this.buckets =
        framing instanceof OneSize one
            ? List.of(new Bucket(one.cropped(), IntStream.range(0, images.size()).boxed().toList()))
            : sorted(images, framing);
    this.sizes = new ImageSize[images.size()];
    for (Bucket bucket : buckets) {
      bucket.indices().forEach(index -> sizes[index] = bucket.size());
    }
  }

  private static List<Bucket> sorted(List<CaptionedImage> images, Framing framing) {
    Map<ImageSize, List<Integer>> indices =
        new TreeMap<>(
            Comparator.comparingInt(ImageSize::width).thenComparingInt(ImageSize::height));
    for (int i = 0; i < images.size(); i++) {
      ImageSize size = framing.frame(ImageDecoder.size(images.get(i).file())).cropped();
      indices.computeIfAbsent(size, s -> new ArrayList<>()).add(i);
    }
    return indices.entrySet().stream()
        .map(entry -> new Bucket(entry.getKey(), entry.getValue()))
        .toList();
  }

  public int size() {
    return images.size();
  }

  public CaptionedImage get(int index) {
    return images.get(index);
  }

  /** All of them, by index. */
  public List<CaptionedImage> images() {
    return images;
  }

  public Framing framing() {
    return framing;
  }

  /** The sizes that occur, by width, then by height. */
  public List<Bucket> buckets() {
    return buckets;
  }

  /** What a picture is brought to. */
  public ImageSize sizeOf(int index) {
    return sizes[index];
  }

  /**
   * Tells data sets apart: by the pictures' names, their captions, and what they are brought to.
   */
  public String fingerprint() {
    return Fingerprint.of(
        images.stream()
            .map(image -> image.file().getFileName() + " " + image.caption())
            .collect(Collectors.joining("\n", framing + "\n", "")));
  }

  /**
   * Refuses sizes that an autoencoder cannot encode.
   *
   * @param downscale how many times larger pictures are than their latents
   * @throws InvalidInputException if a side is no multiple of it
   */
  public void requireMultiplesOf(int downscale) {
    for (Bucket bucket : buckets) {
      ImageSize size = bucket.size();
      if (size.width() % downscale + size.height() % downscale != 0) {
        throw new InvalidInputException(
            "Pictures of %s do not suit this autoencoder; choose a resolution, or bucket_reso_steps, that is a multiple of %d."
                .formatted(size, downscale));
      }
    }
  }
}
