package io.chiaroscuro.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.vae.AutoencoderKL;
import io.chiaroscuro.vae.DiagonalGaussianDistribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentCachingTest {

  private static final Augmentation MIRRORING =
      new Augmentation(Cropping.CENTER, Mirroring.RANDOM, 5);

  @TempDir Path pictures;
  @TempDir Path folder;

  private final AutoencoderKL vae = SeededNetworks.autoencoder(1);

  @AfterEach
  void close() {
    vae.close();
  }

  private Examples examples(int count) {
    return new Examples(
        TestPictures.write(pictures, count, new ImageSize(8, 8)), OneSize.square(8));
  }

  private LatentCaching caching(DType dtype) {
    return new LatentCaching(folder, dtype, 4);
  }

  private static List<Place> places(int from, int to, long epoch) {
    return IntStream.range(from, to).mapToObj(i -> new Place(epoch, i)).toList();
  }

  /** How many rows {@code caching} has to encode. */
  private int encoded(Examples examples, Augmentation augmentation, AutoencoderKL encoder) {
    int[] total = {0};
    caching(DType.FLOAT32)
        .fill(examples, augmentation, encoder, (done, all) -> total[0] = all)
        .close();
    return total[0];
  }

  @Test
  void holdsWhatTheAutoencoderSays() {
    Examples examples = examples(10);
    try (var scope = new TensorScope();
        var fresh = new EncodedPixels(Pixels.decoding(examples, MIRRORING), vae);
        var exact = caching(DType.FLOAT32).fill(examples, MIRRORING, vae, CachingProgress.SILENT);
        var half = caching(DType.FLOAT16).fill(examples, MIRRORING, vae, CachingProgress.SILENT)) {
      for (long epoch = 0; epoch < 4; epoch++) {
        List<Place> places = places(2, 10, epoch);
        DiagonalGaussianDistribution expected = fresh.load(places);
        assertThat(Tensors.shape(expected.mean())).containsExactly(8, 4, 4, 4);
        assertSame(exact.load(places), expected, 1e-5);
        assertSame(half.load(places), expected, 1e-3);
        assertThat(DType.of(half.load(places).mean())).isEqualTo(DType.FLOAT32);
      }
    }
  }

  private static void assertSame(
      DiagonalGaussianDistribution actual, DiagonalGaussianDistribution expected, double error) {
    Fixture.assertClose(actual.mean(), expected.mean(), error);
    Fixture.assertClose(actual.logvar(), expected.logvar(), error);
  }

  @Test
  void mirrorsAboutHalf() {
    Examples examples = examples(3);
    try (var scope = new TensorScope();
        var cache = caching(DType.FLOAT32).fill(examples, MIRRORING, vae, (done, all) -> {})) {
      List<float[]> variants =
          IntStream.range(0, 100)
              .mapToObj(epoch -> Tensors.floats(cache.load(places(1, 2, epoch)).mean()))
              .toList();
      long first = variants.stream().filter(v -> Arrays.equals(v, variants.get(0))).count();
      assertThat(first).isBetween(30L, 70L);
    }
  }

  @Test
  void continuesAfterAnInterruption() throws IOException {
    Examples examples = examples(300);
    try (var scope = new TensorScope()) {
      DiagonalGaussianDistribution whole;
      try (var cache =
          new LatentCaching(folder.resolve("whole"), DType.FLOAT16, 4)
              .fill(examples, Augmentation.NONE, vae, CachingProgress.SILENT)) {
        whole = cache.load(places(0, 300, 0));
      }
      assertThatThrownBy(
              () ->
                  caching(DType.FLOAT16)
                      .fill(
                          examples,
                          Augmentation.NONE,
                          vae,
                          (done, all) -> {
                            if (done > LatentCaching.SHARD_ROWS + 10) {
                              throw new IllegalStateException("killed");
                            }
                          }))
          .hasMessage("killed");
      List<Integer> totals = new ArrayList<>();
      try (var cache =
          caching(DType.FLOAT16)
              .fill(examples, Augmentation.NONE, vae, (done, all) -> totals.add(all))) {
        assertThat(totals).hasSize(11).containsOnly(300 - LatentCaching.SHARD_ROWS);
        DiagonalGaussianDistribution resumed = cache.load(places(0, 300, 0));
        assertThat(resumed.mean().equal(whole.mean())).isTrue();
        assertThat(resumed.logvar().equal(whole.logvar())).isTrue();
      }
    }
    assertThat(files()).filteredOn(f -> f.getParent().getParent().equals(folder)).hasSize(2);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void encodesAgainWhatHasChangedAndNothingElse() throws IOException {
    Examples examples = examples(6);
    assertThat(encoded(examples, Augmentation.NONE, vae)).isEqualTo(6);
    assertThat(encoded(examples, Augmentation.NONE, vae)).isZero();
    assertThat(encoded(examples, MIRRORING, vae)).isEqualTo(6);
    TestPictures.write(pictures, examples.get(2).file().getFileName().toString(), 9, 8);
    assertThat(encoded(examples, Augmentation.NONE, vae)).isEqualTo(1);
    assertThat(encoded(new Examples(examples.images(), OneSize.square(4)), Augmentation.NONE, vae))
        .isEqualTo(6);
    try (var other = SeededNetworks.autoencoder(2)) {
      assertThat(encoded(examples, Augmentation.NONE, other)).isEqualTo(6);
    }
  }

  @Test
  void encodesAPictureWithSeveralCaptionsOnce() {
    List<CaptionedImage> images = new ArrayList<>(examples(3).images());
    images.add(new CaptionedImage(images.get(1).file(), "the same in other words"));
    assertThat(encoded(new Examples(images, OneSize.square(8)), Augmentation.NONE, vae))
        .isEqualTo(3);
  }

  @Test
  void keepsBucketsApart() {
    List<CaptionedImage> images = new ArrayList<>();
    images.addAll(TestPictures.write(pictures, 3, new ImageSize(16, 8)));
    images.addAll(TestPictures.write(pictures, 3, new ImageSize(8, 16)));
    var examples = new Examples(images, new ShrinkingBuckets(new ImageSize(16, 16), 8));
    try (var scope = new TensorScope();
        var cache =
            caching(DType.FLOAT16).fill(examples, Augmentation.NONE, vae, CachingProgress.SILENT)) {
      assertThat(Tensors.shape(cache.load(places(0, 3, 0)).mean())).containsExactly(3, 4, 4, 8);
      assertThat(Tensors.shape(cache.load(places(3, 6, 0)).mean())).containsExactly(3, 4, 8, 4);
    }
  }

  @Test
  void refusesWhatCannotBeCached() throws IOException {
    Examples examples = examples(2);
    assertThatThrownBy(
            () -> encoded(examples, new Augmentation(Cropping.RANDOM, Mirroring.NONE, 0), vae))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("leave out the random crop or the latent cache");
    assertThatThrownBy(
            () ->
                encoded(new Examples(examples.images(), OneSize.square(7)), Augmentation.NONE, vae))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is a multiple of 2");
    assertThatThrownBy(() -> caching(DType.BFLOAT16))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("choose float16 or float32");
    Path picture = examples.get(1).file();
    Files.writeString(picture, "no picture");
    assertThatThrownBy(() -> encoded(examples, Augmentation.NONE, vae))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(picture.toString());
    Files.delete(picture);
    assertThatThrownBy(() -> encoded(examples, Augmentation.NONE, vae))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(picture.toString());
  }

  @Test
  void namesADamagedShard() throws IOException {
    Examples examples = examples(2);
    encoded(examples, Augmentation.NONE, vae);
    Path shard = files().get(0);
    byte[] bytes = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> encoded(examples, Augmentation.NONE, vae))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(shard.toString());
  }

  @Test
  void noNativeObjectOutlivesItsBatchOrItsCache() {
    Examples examples = examples(9);
    var order = new BatchOrder(examples, 4, 1);
    long[] counts = new long[3];
    for (int run = 0; run < counts.length; run++) {
      LatentCaching caching = new LatentCaching(folder.resolve("run" + run), DType.FLOAT16, 4);
      try (var cache = caching.fill(examples, MIRRORING, vae, CachingProgress.SILENT);
          var batches = new Batches<>(examples, cache, order, Share.WHOLE, CaptionDropout.NONE)) {
        long before = Pointer.totalCount();
        for (int n = 0; n < 50; n++) {
          try (var scope = new TensorScope()) {
            assertThat(batches.at(n).pictures().mean().size(0)).isEqualTo(4);
          }
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
      }
      counts[run] = Pointer.totalCount();
    }
    assertThat(counts).containsOnly(counts[0]);
  }
}
