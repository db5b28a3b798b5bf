package io.chiaroscuro.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.image.ImageSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchOrderTest {

  @TempDir Path folder;

  /** Of one size, without any file. */
  private static Examples examples(int size) {
    return new Examples(
        IntStream.range(0, size)
            .mapToObj(i -> new CaptionedImage(Path.of(i + ".png"), "picture " + i))
            .toList(),
        OneSize.square(8));
  }

  /** 5 wide ones, 9 tall ones and one square. */
  private Examples bucketed() {
    List<CaptionedImage> images = new ArrayList<>();
    images.addAll(TestPictures.write(folder, 5, new ImageSize(16, 8)));
    images.addAll(TestPictures.write(folder, 9, new ImageSize(8, 16)));
    images.addAll(TestPictures.write(folder, 1, new ImageSize(8, 8)));
    return new Examples(images, new ShrinkingBuckets(new ImageSize(16, 16), 8));
  }

  private static List<Place> first(BatchOrder order, int batches) {
    return LongStream.range(0, batches).mapToObj(order::at).flatMap(List::stream).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 10, 25})
  void everyPictureComesOnceAnEpoch(int batchSize) {
    List<Place> places = first(new BatchOrder(examples(10), batchSize, 3), 200).subList(0, 200);
    for (int epoch = 0; epoch < 20; epoch++) {
      List<Place> turn = places.subList(10 * epoch, 10 * epoch + 10);
      assertThat(turn).extracting(Place::epoch).containsOnly((long) epoch);
      assertThat(turn)
          .extracting(Place::index)
          .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }
  }

  @Test
  void differsByEpochAndBySeed() {
    var order = new BatchOrder(examples(100), 100, 3);
    assertThat(indices(order.at(0))).isNotEqualTo(indices(order.at(1)));
    assertThat(indices(order.at(0)))
        .isNotEqualTo(indices(new BatchOrder(examples(100), 100, 4).at(0)))
        .isNotEqualTo(IntStream.range(0, 100).boxed().toList());
  }

  private static List<Integer> indices(List<Place> places) {
    return places.stream().map(Place::index).toList();
  }

  @Test
  void anyBatchIsFoundWithoutThoseBefore() {
    Examples examples = bucketed();
    var inOrder = new BatchOrder(examples, 4, 7);
    List<List<Place>> batches = LongStream.range(0, 300).mapToObj(inOrder::at).toList();
    List<Integer> numbers =
        IntStream.range(0, 300).boxed().collect(Collectors.toCollection(ArrayList::new));
    Collections.reverse(numbers);
    var backwards = new BatchOrder(examples, 4, 7);
    for (int number : numbers) {
      assertThat(backwards.at(number)).isEqualTo(batches.get(number));
    }
    assertThat(new BatchOrder(examples, 4, 7).at(1_000_000_000_000L)).hasSize(4);
  }

  @Test
  void everyBatchComesFromOneBucketAndAllPicturesEquallyOften() {
    Examples examples = bucketed();
    var order = new BatchOrder(examples, 4, 7);
    int batches = (int) order.batchesBefore(400);
    Map<Integer, Long> turns =
        first(order, batches).stream()
            .collect(Collectors.groupingBy(Place::index, Collectors.counting()));
    // 400 epochs of 5, 9 and 1 pictures all fill whole batches of 4.
    assertThat(batches).isEqualTo(400 * 15 / 4);
    assertThat(turns.values()).hasSize(15).containsOnly(400L);
    for (int number = 0; number < batches; number++) {
      assertThat(order.at(number).stream().map(place -> examples.sizeOf(place.index())).distinct())
          .hasSize(1);
    }
    List<ImageSize> sizes =
        LongStream.range(order.batchesBefore(8), order.batchesBefore(12))
            .mapToObj(n -> examples.sizeOf(order.at(n).get(0).index()))
            .toList();
    assertThat(sizes).as("bucket by bucket").isNotEqualTo(sizes.stream().sorted(bySize()).toList());
  }

  private static Comparator<ImageSize> bySize() {
    return Comparator.comparingInt(ImageSize::width).thenComparingInt(ImageSize::height);
  }

  @Test
  void epochsAreWhereTheirBatchesAre() {
    for (Examples examples : List.of(bucketed(), examples(3), examples(64))) {
      for (int batchSize : new int[] {1, 4, 5, 100}) {
        var order = new BatchOrder(examples, batchSize, 0);
        for (long number = 0; number < 500; number++) {
          long epoch = order.epochOf(number);
          assertThat(order.batchesBefore(epoch)).isLessThanOrEqualTo(number);
          assertThat(order.batchesBefore(epoch + 1)).isGreaterThan(number);
        }
      }
    }
  }

  @Test
  void twoHalvesInSuccessionAreTheWhole() {
    var whole = new BatchOrder(examples(10), 8, 1);
    var halves = new BatchOrder(examples(10), 4, 1);
    for (long n = 0; n < 50; n++) {
      assertThat(Stream.of(halves.at(2 * n), halves.at(2 * n + 1)).flatMap(List::stream))
          .containsExactlyElementsOf(whole.at(n));
    }
  }

  @Test
  void processesShareABatch() {
    var order = new BatchOrder(bucketed(), 6, 1);
    for (long n = 0; n < 50; n++) {
      List<Place> batch = order.at(n);
      assertThat(
              IntStream.range(0, 3)
                  .mapToObj(rank -> new Share(rank, 3).of(batch))
                  .peek(share -> assertThat(share).hasSize(2))
                  .flatMap(List::stream))
          .containsExactlyElementsOf(batch);
    }
    assertThatThrownBy(() -> new Share(0, 4).of(order.at(0)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("A batch of 6 cannot be shared evenly by 4 processes; choose a multiple.");
    assertThatThrownBy(() -> new Share(2, 2)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void refusesWhatIsNoBatchOrNoDataSet() {
    assertThatThrownBy(() -> new BatchOrder(examples(3), 0, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("batch size is 0");
    assertThatThrownBy(() -> examples(0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("data set is empty");
  }
}
