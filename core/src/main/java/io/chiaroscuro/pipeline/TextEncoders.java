package io.chiaroscuro.pipeline;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LearnedEmbedding;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.Component;
import io.chiaroscuro.checkpoint.Weights;
import io.chiaroscuro.clip.CLIPTokenizer;
import io.chiaroscuro.nn.Segments;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A checkpoint's text encoders: one in Stable Diffusion 1.x and 2.x, two in XL, whose vectors of a
 * token are joined.
 *
 * @param towers in the order in which their vectors are joined; closed with this object
 * @param forceZerosForEmptyPrompt whether an empty negative prompt is not encoded but zero
 */
public record TextEncoders(List<TextTower> towers, boolean forceZerosForEmptyPrompt)
    implements AutoCloseable {

  public TextEncoders {
    towers = List.copyOf(towers);
  }

  /**
   * Loads them.
   *
   * @param segments how their layers are computed
   * @throws InvalidInputException if a part is missing, damaged or does not fit the others
   */
  static TextEncoders load(Checkpoint checkpoint, Device device, DType dtype, Segments segments) {
    return switch (checkpoint.modelIndex().family()) {
      case STABLE_DIFFUSION ->
          new TextEncoders(List.of(TextTower.last(checkpoint, dtype, device, segments)), false);
      case STABLE_DIFFUSION_XL -> loadXl(checkpoint, dtype, device, segments);
    };
  }

  private static TextEncoders loadXl(
      Checkpoint checkpoint, DType dtype, Device device, Segments segments) {
    try (var opened = new Opened()) {
      List<TextTower> towers = new ArrayList<>();
      if (checkpoint.modelIndex().networks().contains(Component.TEXT_ENCODER)) {
        towers.add(opened.add(TextTower.penultimate(checkpoint, dtype, device, segments)));
      }
      towers.add(opened.add(TextTower.projecting(checkpoint, dtype, device, segments)));
      opened.release();
      return new TextEncoders(towers, checkpoint.modelIndex().forceZerosForEmptyPrompt());
    }
  }

  /** How many chunks the longest of these prompts is read in, by one encoder or the other. */
  public int chunks(List<String> prompts, PromptSyntax syntax) {
    return towers.stream().mapToInt(tower -> tower.chunks(prompts, syntax)).max().orElseThrow();
  }

  /**
   * Encodes prompts.
   *
   * @param chunks how many each is made up to, at least as many as {@link #chunks} they have
   * @param clipSkip how many of each encoder's last layers are left out
   * @return kept in the caller's scope
   * @throws InvalidInputException if an encoder has not that many layers
   */
  EncodedPrompts encode(List<String> prompts, PromptSyntax syntax, int chunks, int clipSkip) {
    try (var scope = new TensorScope()) {
      return EncodedPrompts.joined(
              towers.stream()
                  .map(tower -> tower.encode(prompts, syntax, chunks, clipSkip))
                  .toList())
          .kept(scope);
    }
  }

  /**
   * Encodes what is unwanted. As in diffusers, clip skip is not for that.
   *
   * @param negativePrompt empty for nothing in particular, diffusers' {@code None}
   * @param chunks as for {@link #encode}
   * @return kept in the caller's scope
   */
  EncodedPrompts encodeNegative(String negativePrompt, PromptSyntax syntax, int chunks) {
    try (var scope = new TensorScope()) {
      EncodedPrompts encoded = encode(List.of(negativePrompt), syntax, chunks, 0);
      boolean zero = forceZerosForEmptyPrompt && negativePrompt.isEmpty();
      return (zero ? encoded.zeros() : encoded).kept(scope);
    }
  }

  /** Length of a token's vector. */
  int hiddenSize() {
    return towers.stream().mapToInt(tower -> tower.textModel().config().hiddenSize()).sum();
  }

  /** Length of a prompt's vector, if there is one. */
  OptionalInt pooledLength() {
    return towers.stream().flatMapToInt(tower -> tower.pooledLength().stream()).findFirst();
  }

  /** Their weights, for adapters. */
  Map<Component, Weights> networks() {
    Map<Component, Weights> networks = new LinkedHashMap<>();
    towers.forEach(tower -> networks.put(tower.component(), tower.weights()));
    return networks;
  }

  /**
   * These encoders with a learnt word. The tokenizers that do not know it are closed.
   *
   * @throws InvalidInputException unless it has vectors for every encoder, each of its width
   */
  TextEncoders taught(LearnedEmbedding embedding) {
    if (embedding.encoders() != towers.size()) {
      throw new InvalidInputException(
          "The embedding of '%s' is for models with %s, this one has %s; choose one for this model's family."
              .formatted(embedding.token(), counted(embedding.encoders()), counted(towers.size())));
    }
    try (var opened = new Opened()) {
      List<TextTower> taught = new ArrayList<>();
      for (TextTower tower : towers) {
        CLIPTokenizer known = tower.tokenizer();
        int encoder = taught.size();
        CLIPTokenizer extended = opened.add(embedding.teach(known, tower.textModel(), encoder));
        taught.add(tower.withTokenizer(extended));
      }
      opened.release();
      towers.forEach(tower -> tower.tokenizer().close());
      return new TextEncoders(taught, forceZerosForEmptyPrompt);
    }
  }

  private static String counted(int encoders) {
    return encoders == 1 ? "one text encoder" : "two text encoders";
  }

  /** The same with another tokenizer of the first encoder; the one it had stays open. */
  TextEncoders withTokenizer(CLIPTokenizer tokenizer) {
    List<TextTower> others = new ArrayList<>(towers);
    others.set(0, towers.get(0).withTokenizer(tokenizer));
    return new TextEncoders(others, forceZerosForEmptyPrompt);
  }

  @Override
  public void close() {
    towers.forEach(TextTower::close);
  }
}
