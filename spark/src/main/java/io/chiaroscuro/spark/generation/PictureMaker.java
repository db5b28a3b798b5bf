package io.chiaroscuro.spark.generation;

import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.order.OrderedPicture;
import io.chiaroscuro.order.PictureOrder;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.SeededLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.pipeline.TextToImage;
import io.chiaroscuro.tensor.SeededGenerators;
import io.chiaroscuro.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;

/** Makes the pictures of a task's orders, each alone: batches are computed in another order. */
final class PictureMaker implements AutoCloseable {

  private final StableDiffusion model;
  private final Leaks leaks;
  private final Map<String, String> provenance;

  /**
   * @param model stays the caller's
   */
  PictureMaker(StableDiffusion model, NamedFiles files) {
    this.model = model;
    this.leaks = new Leaks(files, model);
    this.provenance = OrderedPicture.provenance(model);
  }

  /**
   * A picture of an order, not made yet; to be made before the next is asked for.
   *
   * @throws io.chiaroscuro.InvalidInputException if the order does not suit the model
   */
  OrderedPicture picture(PictureOrder order, int index) {
    GenerationRequest request = order.picture().request(model, leaks.shape(order.leak()));
    request.steps(); // refuses what the sampler cannot take
    Optional<SignalLeak> leak = leaks.leak(order.leak(), request.width(), request.height());
    return new OrderedPicture(order, index, request, Map.of(), leak, provenance);
  }

  /**
   * Makes it.
   *
   * @throws TaskKilledException if the task has ended meanwhile: another attempt was faster
   * @throws io.chiaroscuro.InvalidInputException if the request does not suit the model
   */
  RgbImage make(OrderedPicture picture) {
    GenerationRequest request = picture.request();
    var shape = model.latentShape(request.width(), request.height());
    TaskContext task = TaskContext.get();
    try (var scope = new TensorScope();
        var generators = SeededGenerators.of(picture.seed());
        var text = new TextToImage(model);
        var generation =
            text.start(
                request,
                1,
                () -> generators.randn(1, shape.channels(), shape.height(), shape.width()),
                picture.leak().map(leak -> new SeededLeak(leak, List.of(picture.leakSeed()))),
                generators)) {
      while (generation.hasNext()) {
        if (task.isInterrupted()) {
          throw new TaskKilledException();
        }
        generation.next();
      }
      return generation.image();
    }
  }

  @Override
  public void close() {
    leaks.close();
  }
}
