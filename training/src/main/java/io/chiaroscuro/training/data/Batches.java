package io.chiaroscuro.training.data;

import java.util.List;

/**
 * The batches of a run by their number. Asked for in order, the next is made ready while one is
 * worked on; asked for in any order, they are the same.
 *
 * <pre>{@code
 * for (long step = resumedAt; step < steps; step++) {
 *   try (var scope = new TensorScope()) {
 *     Batch<Tensor> batch = batches.at(step);
 *     ...
 *   }
 * }
 * }</pre>
 *
 * @param <T> the form in which training takes pictures
 */
public final class Batches<T> implements AutoCloseable {

  private record Announced(long number, List<Place> places) {}

  private final Examples examples;
  private final Pictures<T> pictures;
  private final BatchOrder order;
  private final Share share;
  private final CaptionDropout dropout;
  private Announced announced = new Announced(-1, List.of());

  /**
   * @param pictures of {@code examples}; closed with this object
   * @param order of {@code examples}
   * @param share this process's part of each batch
   * @throws io.chiaroscuro.InvalidInputException unless the batch size divides evenly
   */
  public Batches(
      Examples examples,
      Pictures<T> pictures,
      BatchOrder order,
      Share share,
      CaptionDropout dropout) {
    share.count(order.batchSize());
    this.examples = examples;
    this.pictures = pictures;
    this.order = order;
    this.share = share;
    this.dropout = dropout;
  }

  /**
   * @param number of the batch in the whole run, from 0
   * @return this process's share of it, its tensors kept in the caller's scope
   * @throws io.chiaroscuro.InvalidInputException naming the file, if a picture is missing or broken
   */
  public Batch<T> at(long number) {
    List<Place> places = number == announced.number ? announced.places : places(number);
    T loaded = pictures.load(places);
    announced = new Announced(number + 1, places(number + 1));
    pictures.announce(announced.places);
    List<String> captions =
        places.stream()
            .map(place -> dropout.caption(examples.get(place.index()).caption(), place))
            .toList();
    return new Batch<>(number, places, loaded, captions);
  }

  /** Which epoch a batch belongs to, for showing progress. */
  public long epochOf(long number) {
    return order.epochOf(number);
  }

  private List<Place> places(long number) {
    return share.of(order.at(number));
  }

  @Override
  public void close() {
    pictures.close();
  }
}
