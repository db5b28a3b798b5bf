package io.chiaroscuro.training.data;

import io.chiaroscuro.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which pictures make up the n-th batch of a run: a function of the seed, n, the batch size and the
 * buckets, so that a run resumes anywhere.
 *
 * <p>The pictures of a bucket, s of them, form an endless row: all in random order, then all in
 * another, and so on. Its k-th batch of B is the places k B to k B + B - 1 of that row. So all
 * batches are full, and all pictures come equally often; where an epoch ends, a batch reaches into
 * the next. Until the end of epoch e the bucket has had {@code floor((e + 1) s / B)} batches;
 * within an epoch those of several buckets come in random order.
 *
 * <p>Not thread-safe.
 */
public final class BatchOrder {

  private record Shuffled(long epoch, int[] order) {}

  private record BucketBatch(int bucket, long number) {}

  private record EpochBatches(long epoch, List<BucketBatch> batches) {}

  private final Draws draws;
  private final int batchSize;
  private final List<Examples.Bucket> buckets;
  private final int size;

  /** What was worked out last, since the next question is mostly about the same epoch. */
  private final Shuffled[] latestShuffle;

  private EpochBatches latestEpoch = new EpochBatches(-1, List.of());

  /**
   * @param batchSize pictures in a batch, of all processes together; at least 1
   * @param seed of the order
   */
  public BatchOrder(Examples examples, int batchSize, long seed) {
    if (batchSize < 1) {
      throw new InvalidInputException("The batch size is %d; give 1 or more.".formatted(batchSize));
    }
    this.draws = new Draws(seed).of("order");
    this.batchSize = batchSize;
    this.buckets = examples.buckets();
    this.size = examples.size();
    this.latestShuffle = new Shuffled[buckets.size()];
  }

  /** Pictures in a batch, of all processes together. */
  public int batchSize() {
    return batchSize;
  }

  /**
   * @param number of the batch in the whole run, from 0
   * @return as many places as the batch size, all in one bucket
   */
  public List<Place> at(long number) {
    long epoch = epochOf(number);
    BucketBatch batch = batches(epoch).get((int) (number - batchesBefore(epoch)));
    List<Place> places = new ArrayList<>(batchSize);
    for (int i = 0; i < batchSize; i++) {
      places.add(place(batch.bucket, batch.number * batchSize + i));
    }
    return List.copyOf(places);
  }

  /** How many batches the first {@code epoch} epochs have. */
  public long batchesBefore(long epoch) {
    return buckets.stream().mapToLong(bucket -> batchesBefore(bucket, epoch)).sum();
  }

  private long batchesBefore(Examples.Bucket bucket, long epoch) {
    return epoch * bucket.indices().size() / batchSize;
  }

  /** The epoch that a batch belongs to. */
  public long epochOf(long number) {
    // Each bucket holds back less than one batch, so this many epochs have more than `number`.
    long low = 0;
    long high = (number + 1 + buckets.size()) * batchSize / size + 1;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (batchesBefore(middle) <= number) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private List<BucketBatch> batches(long epoch) {
    if (latestEpoch.epoch != epoch) {
      List<BucketBatch> inTurn = new ArrayList<>();
      for (int b = 0; b < buckets.size(); b++) {
        long end = batchesBefore(buckets.get(b), epoch + 1);
        for (long k = batchesBefore(buckets.get(b), epoch); k < end; k++) {
          inTurn.add(new BucketBatch(b, k));
        }
      }
      latestEpoch = new EpochBatches(epoch, mixed(inTurn, epoch));
    }
    return latestEpoch.batches;
  }

  /** A single bucket is in random order as it is; that two halves make a whole batch is kept. */
  private List<BucketBatch> mixed(List<BucketBatch> inTurn, long epoch) {
    if (buckets.size() == 1) {
      return inTurn;
    }
    List<BucketBatch> mixed = new ArrayList<>(inTurn.size());
    for (int i : draws.of("buckets").of(epoch).permutation(inTurn.size())) {
      mixed.add(inTurn.get(i));
    }
    return mixed;
  }

  private Place place(int bucket, long position) {
    List<Integer> indices = buckets.get(bucket).indices();
    long epoch = position / indices.size();
    Shuffled shuffled = latestShuffle[bucket];
    if (shuffled == null || shuffled.epoch != epoch) {
      shuffled = new Shuffled(epoch, draws.of(bucket).of(epoch).permutation(indices.size()));
      latestShuffle[bucket] = shuffled;
    }
    return new Place(epoch, indices.get(shuffled.order[(int) (position % indices.size())]));
  }
}
