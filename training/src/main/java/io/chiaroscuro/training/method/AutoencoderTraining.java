package io.chiaroscuro.training.method;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.CheckpointWriter;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.training.data.Augmentation;
import io.chiaroscuro.training.data.BatchOrder;
import io.chiaroscuro.training.data.Batches;
import io.chiaroscuro.training.data.CaptionDropout;
import io.chiaroscuro.training.data.Examples;
import io.chiaroscuro.training.data.Pixels;
import io.chiaroscuro.training.data.Share;
import io.chiaroscuro.training.process.ProcessGroup;
import io.chiaroscuro.training.subject.AutoencoderSubject;
import io.chiaroscuro.training.subject.MemoryLayout;
import io.chiaroscuro.vae.AutoencoderKL;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;

/**
 * Everything that says how an autoencoder is trained, but for the optimizer.
 *
 * @param checkpoint what it begins as
 * @param examples pictures to learn from
 * @param augmentation what differs each time
 * @param trainBatchSize pictures in a batch, of all processes together
 * @param klWeight of the divergence in the loss, 1e-6 for example
 * @param seed of the order
 */
public record AutoencoderTraining(
    Checkpoint checkpoint,
    Device device,
    Examples examples,
    Augmentation augmentation,
    int trainBatchSize,
    double klWeight,
    long seed) {

  /** Batches whose latents decide the scaling factor. */
  private static final int MEASURED_BATCHES = 16;

  /** How many batches that many epochs have. */
  public long batchesIn(long epochs) {
    return new BatchOrder(examples, trainBatchSize, seed).batchesBefore(epochs);
  }

  /** What a run that resumes must have in common with the one that wrote the checkpoint. */
  public ObjectNode settings() {
    var json =
        JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    ObjectNode settings = json.createObjectNode();
    settings.put("method", "Autoencoder");
    settings.put("train_data", examples.fingerprint());
    settings.set("augmentation", json.valueToTree(augmentation));
    settings.put("train_batch_size", trainBatchSize);
    settings.put("kl_weight", klWeight);
    settings.put("seed", seed);
    return settings;
  }

  /**
   * Loads the autoencoder and makes everything ready.
   *
   * @return to be closed by the caller
   * @throws io.chiaroscuro.InvalidInputException if something is missing, damaged, or does not suit
   *     the rest
   */
  public AutoencoderSubject subject(ProcessGroup processes) {
    Share share = new Share(processes.rank(), processes.size());
    AutoencoderKL vae = AutoencoderKL.load(checkpoint, DType.FLOAT32, device);
    try {
      examples.requireMultiplesOf(vae.config().downscale());
      MemoryLayout.channelsLast(vae.weights().tensors().values());
      return new AutoencoderSubject(
          vae, batches(share), trainBatchSize, klWeight, share, folder -> publish(vae, folder));
    } catch (RuntimeException e) {
      vae.close();
      throw e;
    }
  }

  private Batches<Tensor> batches(Share share) {
    return new Batches<>(
        examples,
        Pixels.decoding(examples, augmentation),
        new BatchOrder(examples, trainBatchSize, seed),
        share,
        CaptionDropout.NONE);
  }

  /** As a checkpoint, whole; an autoencoder from scratch with the scaling factor of its latents. */
  private void publish(AutoencoderKL vae, Path folder) {
    CheckpointWriter writer = new CheckpointWriter(folder);
    for (String part : checkpoint.modelIndex().components().keySet()) {
      if (!part.equals(Component.VAE.folder())) {
        writer.takeOver(checkpoint, part);
      }
    }
    if (checkpoint.sources().containsKey(Component.VAE)) {
      var config = vae.config().withScalingFactor(1 / deviation(vae));
      writer.write(Component.VAE, config, vae.weights().tensors());
    } else {
      writer.write(Component.VAE, checkpoint, vae.weights().tensors());
    }
    writer.writeModelIndex(checkpoint, checkpoint.modelIndex().components().get("scheduler"));
  }

  /** Standard deviation of all elements of the latents of the first batches. */
  private double deviation(AutoencoderKL vae) {
    double sum = 0;
    double squares = 0;
    long count = 0;
    try (var batches = batches(Share.WHOLE)) {
      for (int i = 0; i < MEASURED_BATCHES; i++) {
        try (var scope = new TensorScope()) {
          Tensor pixels = Tensors.to(batches.at(i).pictures(), device, DType.FLOAT32);
          Tensor latents = vae.encode(pixels).mode();
          sum += latents.sum().item_double();
          squares += latents.square().sum().item_double();
          count += latents.numel();
        }
      }
    }
    return Math.sqrt(squares / count - Math.pow(sum / count, 2));
  }
}
