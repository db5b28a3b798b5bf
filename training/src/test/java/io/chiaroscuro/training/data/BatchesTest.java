package io.chiaroscuro.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;
import io.chiaroscuro.pipeline.ImagePreparation.Cropping;
import io.chiaroscuro.pipeline.ImagePreparation.Mirroring;
import io.chiaroscuro.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchesTest {

  private static final Augmentation RANDOM =
      new Augmentation(Cropping.RANDOM, Mirroring.RANDOM, 11);

  @TempDir Path folder;
  private Examples examples;

  @BeforeEach
  void write() {
    List<CaptionedImage> images = new ArrayList<>();
    images.addAll(TestPictures.write(folder, 5, new ImageSize(20, 12)));
    images.addAll(TestPictures.write(folder, 6, new ImageSize(12, 20)));
    examples = new Examples(images, new ShrinkingBuckets(new ImageSize(16, 16), 8));
  }

  private Batches<Tensor> batches(int batchSize, Share share, double captionDropoutRate) {
    return new Batches<>(
        examples,
        Pixels.decoding(examples, RANDOM),
        new BatchOrder(examples, batchSize, 2),
        share,
        new CaptionDropout(captionDropoutRate, 3));
  }

  @Test
  void aRunThatResumesGetsTheSameBatches() {
    try (var scope = new TensorScope();
        var whole = batches(4, Share.WHOLE, 0.5);
        var resumed = batches(4, Share.WHOLE, 0.5)) {
      List<Batch<Tensor>> batches = LongStream.range(0, 20).mapToObj(whole::at).toList();
      for (int n = 13; n < 20; n++) {
        assertSame(resumed.at(n), batches.get(n));
      }
    }
  }

  private static void assertSame(Batch<Tensor> actual, Batch<Tensor> expected) {
    assertThat(actual.number()).isEqualTo(expected.number());
    assertThat(actual.places()).isEqualTo(expected.places());
    assertThat(actual.captions()).isEqualTo(expected.captions());
    assertThat(actual.pictures().equal(expected.pictures())).isTrue();
  }

  @Test
  void twoProcessesTogetherSeeWhatOneSees() {
    try (var scope = new TensorScope();
        var whole = batches(4, Share.WHOLE, 0.5);
        var first = batches(4, new Share(0, 2), 0.5);
        var second = batches(4, new Share(1, 2), 0.5)) {
      for (int n = 0; n < 12; n++) {
        Batch<Tensor> a = first.at(n);
        Batch<Tensor> b = second.at(n);
        assertThat(a.pictures().size(0)).isEqualTo(2);
        assertSame(
            new Batch<>(
                n,
                Stream.of(a, b).flatMap(batch -> batch.places().stream()).toList(),
                torch.cat(new TensorVector(a.pictures(), b.pictures())),
                Stream.of(a, b).flatMap(batch -> batch.captions().stream()).toList()),
            whole.at(n));
      }
    }
    assertThatThrownBy(() -> batches(4, new Share(0, 3), 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cannot be shared evenly");
  }

  @Test
  void captionsBelongToTheirPicturesAndSomeAreDropped() {
    try (var none = batches(4, Share.WHOLE, 0);
        var half = batches(4, Share.WHOLE, 0.5);
        var all = batches(4, Share.WHOLE, 1)) {
      int dropped = 0;
      for (int n = 0; n < 250; n++) {
        try (var scope = new TensorScope()) {
          Batch<Tensor> batch = none.at(n);
          assertThat(batch.captions())
              .isEqualTo(
                  batch.places().stream().map(p -> examples.get(p.index()).caption()).toList());
          List<String> thinned = half.at(n).captions();
          for (int i = 0; i < 4; i++) {
            assertThat(thinned.get(i)).isIn("", batch.captions().get(i));
            dropped += thinned.get(i).isEmpty() ? 1 : 0;
          }
          assertThat(all.at(n).captions()).containsOnly("");
        }
      }
      // Of 1000, within six standard deviations.
      assertThat(dropped).isBetween(405, 595);
    }
    assertThatThrownBy(() -> new CaptionDropout(1.5, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("caption_dropout_rate is 1.5");
  }

  /** Counted, not weighed: Java's own heap grows as it likes. */
  @Test
  void noNativeObjectOutlivesItsBatch() {
    try (var batches = batches(4, Share.WHOLE, 0)) {
      assertThat(nativeObjectsAfter(batches, 100)).isEqualTo(nativeObjectsAfter(batches, 5));
    }
  }

  private static long nativeObjectsAfter(Batches<Tensor> batches, int count) {
    for (int n = 0; n < count; n++) {
      try (var scope = new TensorScope()) {
        assertThat(batches.at(n).pictures().size(0)).isEqualTo(4);
      }
    }
    return Pointer.totalCount();
  }
}
