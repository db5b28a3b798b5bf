package io.chiaroscuro.pipeline;

import io.chiaroscuro.checkpoint.ModelIndex;
import io.chiaroscuro.prompt.PromptSyntax;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import io.chiaroscuro.unet.AddedConditions;
import io.chiaroscuro.unet.Conditioning;
import io.chiaroscuro.unet.GuidanceEmbedding;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** From a request to what the UNet is told: with guidance, the unwanted before the wanted. */
final class RequestConditioning {

  private RequestConditioning() {}

  /**
   * Whether the prompt's prediction is led away from the negative prompt's; a UNet that was
   * distilled to follow the guidance scale is told it instead.
   */
  static boolean isGuided(StableDiffusion model, GenerationRequest request) {
    return request.isGuided() && model.unet().config().timeCondProjDim() == null;
  }

  /**
   * @param batch how many pictures are denoised together
   * @return kept in the caller's scope
   */
  static Conditioning of(StableDiffusion model, GenerationRequest request, long batch) {
    TextEncoders encoders = model.textEncoders();
    PromptSyntax syntax = request.promptSyntax();
    boolean guided = isGuided(model, request);
    int chunks = encoders.chunks(guided ? request.texts() : request.prompts(), syntax);
    try (var scope = new TensorScope()) {
      EncodedPrompts wanted =
          encoders
              .encode(request.prompts(), syntax, chunks, request.clipSkip())
              .repeated(batch / request.prompts().size());
      EncodedPrompts prompts =
          guided
              ? encoders
                  .encodeNegative(request.negativePrompt(), syntax, chunks)
                  .repeated(batch)
                  .then(wanted)
              : wanted;
      prompts.kept(scope);
      return new Conditioning(
          prompts.hiddenStates(),
          prompts
              .pooled()
              .map(
                  pooled ->
                      new AddedConditions(pooled, scope.keep(timeIds(model, request, batch)))),
          Optional.ofNullable(model.unet().config().timeCondProjDim())
              .map(
                  dim ->
                      scope.keep(
                          Tensors.to(
                              GuidanceEmbedding.of(
                                  request.guidanceScale(), dim, Math.toIntExact(batch)),
                              model.device(),
                              model.dtype()))));
    }
  }

  private static Tensor timeIds(StableDiffusion model, GenerationRequest request, long batch) {
    ModelIndex index = model.checkpoint().modelIndex();
    MicroConditioning sizes = request.microConditioning();
    double[] wanted = sizes.wantedIds(index, request.width(), request.height());
    double[] unwanted = sizes.unwantedIds(index, request.width(), request.height());
    double[] ids =
        (isGuided(model, request) ? Stream.of(unwanted, wanted) : Stream.of(wanted))
            .flatMap(row -> Stream.generate(() -> row).limit(batch))
            .flatMapToDouble(Arrays::stream)
            .toArray();
    return Tensors.of(ids, ids.length / wanted.length, wanted.length);
  }
}
