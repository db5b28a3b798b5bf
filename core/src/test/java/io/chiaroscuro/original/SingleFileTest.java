package io.chiaroscuro.original;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.checkpoint.Checkpoint;
import io.chiaroscuro.checkpoint.StoredWeights;
import io.chiaroscuro.checkpoint.WeightsFolder;
import io.chiaroscuro.fixtures.Fixture;
import io.chiaroscuro.fixtures.OriginalLayout;
import io.chiaroscuro.fixtures.SharedData;
import io.chiaroscuro.fixtures.TorchSave;
import io.chiaroscuro.pipeline.Generation;
import io.chiaroscuro.pipeline.GenerationRequest;
import io.chiaroscuro.pipeline.SeededStableDiffusion;
import io.chiaroscuro.pipeline.StableDiffusion;
import io.chiaroscuro.safetensors.SafetensorsWriter;
import io.chiaroscuro.scheduler.PredictionType;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.SeededGenerator;
import io.chiaroscuro.tensor.StoredTensor;
import io.chiaroscuro.tensor.TensorFile;
import io.chiaroscuro.tensor.TensorScope;
import io.chiaroscuro.tensor.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SingleFileTest {

  private static final Path TOKENIZER = Fixture.path("tokenizer/byte-vocabulary");

  /** Sums are rounded otherwise where the same numbers lie otherwise in memory. */
  private static final Offset<Float> ROUNDING = within(1e-4f);

  @TempDir Path folder;

  /** A file's header without the file: names and shapes, as published. */
  private record Header(Map<String, StoredTensor> entries, Map<String, String> metadata)
      implements TensorFile {

    private record Entry(String name, DType dtype, long[] shape) implements StoredTensor {}

    static Header of(JsonNode rows) {
      Map<String, StoredTensor> entries = new LinkedHashMap<>();
      for (JsonNode row : rows) {
        long[] shape = new JsonMapper().convertValue(row.get(1), long[].class);
        entries.put(row.get(0).asText(), new Entry(row.get(0).asText(), DType.FLOAT16, shape));
      }
      return new Header(entries, Map.of());
    }

    @Override
    public Path path() {
      return Path.of("published.safetensors");
    }

    @Override
    public Map<String, String> foreignTensors() {
      return Map.of();
    }

    @Override
    public Tensor tensor(String name) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    public void close() {}
  }

  private static JsonNode published(String family) throws IOException {
    Path path = Fixture.path("single/names-%s.json.gz".formatted(family));
    try (InputStream in = new GZIPInputStream(Files.newInputStream(path))) {
      return new JsonMapper().readTree(in);
    }
  }

  /**
   * Each of the 1.x, 2.x and XL files' thousands of names, and no more, becomes what diffusers
   * makes of it.
   */
  @ParameterizedTest
  @CsvSource({"v1, V1", "v2, V2", "xl, XL"})
  void translatesEveryNameAsDiffusersDoes(String name, Family family) throws IOException {
    JsonNode rows = published(name);
    SingleFile file = SingleFile.of(Header.of(rows), Optional.empty());
    assertThat(file.family()).isEqualTo(family);
    Map<String, String> expected = new TreeMap<>();
    for (JsonNode row : rows) {
      row.get(2)
          .properties()
          .forEach(
              e -> expected.put(e.getKey(), row.get(0).asText() + " " + e.getValue().asText()));
    }
    Map<String, String> found = new TreeMap<>();
    file.networks()
        .forEach(
            (network, weights) ->
                weights
                    .locations()
                    .forEach(
                        (wanted, place) ->
                            found.put(network + "/" + wanted, place.name() + " " + place.part())));
    assertThat(found).hasSizeGreaterThan(1000).isEqualTo(expected);
  }

  /** What the shapes imply and what was published agree wherever both speak. */
  @ParameterizedTest
  @CsvSource({
    "v1, stable-diffusion-v1-4",
    "v2, stable-diffusion-2-1",
    "xl, stable-diffusion-xl-base-1.0"
  })
  void infersThePublishedSettings(String name, String checkpoint) throws IOException {
    Path shared = SharedData.path("checkpoints/" + checkpoint);
    SingleFile file = SingleFile.of(Header.of(published(name)), Optional.empty());
    for (Map.Entry<String, ? extends JsonNode> written : file.settings().entrySet()) {
      JsonNode json = new JsonMapper().readTree(shared.resolve(written.getKey()).toFile());
      for (Map.Entry<String, JsonNode> field : written.getValue().properties()) {
        JsonNode wanted = json.path(field.getKey());
        boolean comparable =
            !wanted.isMissingNode()
                && !wanted.isNull()
                && !field.getKey().equals("projection_dim") // Of no network that is used so.
                && !written.getKey().equals("model_index.json");
        if (comparable) {
          assertThat(field.getValue().toString())
              .as(written.getKey() + " " + field.getKey())
              .isEqualTo(wanted.toString());
        }
      }
    }
    JsonNode index = file.settings().get("model_index.json");
    JsonNode wanted = new JsonMapper().readTree(shared.resolve("model_index.json").toFile());
    assertThat(index.path("_class_name")).isEqualTo(wanted.path("_class_name"));
    for (String part :
        new String[] {"unet", "vae", "scheduler", "text_encoder", "text_encoder_2"}) {
      assertThat(index.path(part)).as(part).isEqualTo(wanted.path(part));
    }
  }

  @Test
  void tellsWhatTheNetworkPredicts() throws IOException {
    Header v1 = Header.of(published("v1"));
    Header v2 = Header.of(published("v2"));
    Header xl = Header.of(published("xl"));
    assertThat(prediction(v1, Map.of())).isEqualTo(PredictionType.EPSILON);
    assertThat(prediction(v2, Map.of())).isEqualTo(PredictionType.V_PREDICTION);
    assertThat(prediction(v2, Map.of("global_step", "875000"))).isEqualTo(PredictionType.EPSILON);
    assertThat(prediction(v2, Map.of("global_step", "140000")))
        .isEqualTo(PredictionType.V_PREDICTION);
    assertThat(prediction(v2, Map.of("modelspec.prediction_type", "epsilon")))
        .isEqualTo(PredictionType.EPSILON);
    assertThat(prediction(v1, Map.of("modelspec.prediction_type", "v")))
        .isEqualTo(PredictionType.V_PREDICTION);
    assertThat(prediction(xl, Map.of())).isEqualTo(PredictionType.EPSILON);
    xl.entries().put("v_pred", new Header.Entry("v_pred", DType.FLOAT32, new long[0]));
    assertThat(prediction(xl, Map.of())).isEqualTo(PredictionType.V_PREDICTION);
    SingleFile asked = SingleFile.of(v2, Optional.of(PredictionType.EPSILON));
    assertThat(asked.predictionType()).isEqualTo(PredictionType.EPSILON);
    assertThat(asked.settings().get("unet/config.json").path("sample_size").asInt()).isEqualTo(64);
    assertThat(
            asked
                .settings()
                .get("scheduler/scheduler_config.json")
                .path("prediction_type")
                .asText())
        .isEqualTo("epsilon");
  }

  private static PredictionType prediction(Header file, Map<String, String> metadata) {
    return SingleFile.of(new Header(file.entries(), metadata), Optional.empty()).predictionType();
  }

  /**
   * The same pictures from one file, safetensors or .ckpt, from what convert makes of it, and from
   * its source.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void generatesWhatTheFoldersGenerate(boolean openClip) throws IOException {
    Path source = folder.resolve("source");
    SeededStableDiffusion.write(source, 5);
    Path safetensors = folder.resolve("model.safetensors");
    Path ckpt = folder.resolve("model.ckpt");
    try (var scope = new TensorScope()) {
      Map<String, Tensor> tensors = OriginalLayout.of(source, openClip);
      tensors.put(
          "cond_stage_model.transformer.text_model.embeddings.position_ids",
          Tensors.of(new long[] {0}, 1, 1));
      if (openClip) {
        tensors.remove("cond_stage_model.transformer.text_model.embeddings.position_ids");
        tensors.put("cond_stage_model.model.logit_scale", Tensors.of(new float[] {4}));
      }
      SafetensorsWriter.write(safetensors, tensors, Map.of());
      TorchSave.checkpoint(ckpt, tensors, openClip ? 875000 : 470000);
    }
    Optional<PredictionType> predicted = Optional.of(PredictionType.EPSILON);
    SingleFile.open(safetensors, predicted)
        .convert(folder.resolve("converted"), Optional.of(TOKENIZER), Optional.empty());
    float[] fromFile =
        latents(SingleFile.open(safetensors, predicted).checkpoint(Optional.of(TOKENIZER)));
    assertThat(fromFile).hasSizeGreaterThan(100).isNotEqualTo(new float[fromFile.length]);
    assertThat(latents(SingleFile.open(ckpt, Optional.empty()).checkpoint(Optional.of(source))))
        .containsExactly(fromFile, ROUNDING);
    assertThat(latents(Checkpoint.open(folder.resolve("converted"))))
        .containsExactly(fromFile, ROUNDING);
    assertSameTensors(source, folder.resolve("converted"));
  }

  private static float[] latents(Checkpoint checkpoint) {
    try (var scope = new TensorScope();
        var model = StableDiffusion.load(checkpoint, Device.CPU, DType.FLOAT32, List.of());
        var generator = new SeededGenerator(3)) {
      var request =
          new GenerationRequest("A lighthouse", "", 64, 64, 3, 5.0, 0, 0, model.schedulerConfig());
      try (var generation =
          Generation.withoutLeak(model, request, generator.randn(1, 4, 8, 8), generator)) {
        generation.forEachRemaining(step -> {});
        return Tensors.floats(generation.latents());
      }
    }
  }

  private static void assertSameTensors(Path source, Path converted) {
    try (var scope = new TensorScope()) {
      for (String network : new String[] {"unet", "vae", "text_encoder"}) {
        String module = network.equals("text_encoder") ? "text_model." : "";
        StoredWeights found = WeightsFolder.open(converted.resolve(network));
        StoredWeights wanted = WeightsFolder.open(source.resolve(network));
        assertThat(found.locations()).hasSameSizeAs(wanted.locations());
        wanted
            .locations()
            .forEach(
                (name, place) ->
                    assertThat(found.locations().get(module + name).read().equal(place.read()))
                        .as(name)
                        .isTrue());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"false, Stable Diffusion 1.x", "true, Stable Diffusion 2.x"})
  void knowsThoseForInpainting(boolean openClip, String family) {
    Path file = folder.resolve("sd-inpainting.safetensors");
    try (var scope = new TensorScope()) {
      Map<String, Tensor> tensors = OriginalLayout.of(source(), openClip);
      tensors.put(
          "model.diffusion_model.input_blocks.0.0.weight",
          Tensors.zeros(DType.FLOAT32, 32, 9, 3, 3));
      SafetensorsWriter.write(file, tensors, Map.of());
    }
    SingleFile single = SingleFile.open(file, Optional.of(PredictionType.EPSILON));
    assertThat(single.title()).isEqualTo(family + " for inpainting");
    Checkpoint checkpoint = single.checkpoint(Optional.of(TOKENIZER));
    assertThat(checkpoint.modelIndex().className()).isEqualTo("StableDiffusionInpaintPipeline");
    try (var model = StableDiffusion.load(checkpoint, Device.CPU, DType.FLOAT32, List.of())) {
      assertThatThrownBy(model::requireTextToImage).hasMessageContaining("for inpainting");
    }
  }

  @Test
  void convertsTheType() throws IOException {
    Path file = write("half.safetensors", false);
    Path converted = folder.resolve("converted");
    SingleFile.open(file, Optional.empty())
        .convert(converted, Optional.empty(), Optional.of(DType.FLOAT16));
    StoredWeights vae = WeightsFolder.open(converted.resolve("vae"));
    assertThat(vae.locations().values())
        .isNotEmpty()
        .allMatch(place -> place.stored().dtype() == DType.FLOAT16);
    assertThat(converted.resolve("tokenizer")).doesNotExist();
  }

  @Test
  void takesAnyTokenizerOfTheVocabulary() throws IOException {
    SingleFile v1 = SingleFile.open(write("v1.safetensors", false), Optional.empty());
    SingleFile v2 = SingleFile.open(write("v2.safetensors", true), Optional.empty());
    for (Path source :
        new Path[] {
          TOKENIZER, Fixture.path("tokenizer/byte-vocabulary-saved"), folder.resolve("source")
        }) {
      assertThat(padToken(v1.checkpoint(Optional.of(source)))).isEqualTo("<|endoftext|>");
      assertThat(padToken(v2.checkpoint(Optional.of(source)))).isEqualTo("!");
    }
    assertThatThrownBy(() -> v1.checkpoint(Optional.of(folder)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("holds no tokenizer", "vocab.json");
    assertThat(v1.checkpoint(Optional.empty()).name()).isEqualTo("v1");
  }

  private static String padToken(Checkpoint checkpoint) throws IOException {
    return new JsonMapper()
        .readTree(checkpoint.path("tokenizer/tokenizer_config.json").toFile())
        .path("pad_token")
        .asText();
  }

  @Test
  void hashesTheFileAndNotItsPlace() throws IOException {
    Path file = write("a.safetensors", false);
    Files.createDirectory(folder.resolve("elsewhere"));
    Path copy = Files.copy(file, folder.resolve("elsewhere/a.safetensors"));
    Path other = write("b.safetensors", true);
    assertThat(hash(copy)).isEqualTo(hash(file)).isNotEqualTo(hash(other));
  }

  private static String hash(Path file) {
    return SingleFile.open(file, Optional.empty()).checkpoint(Optional.empty()).hash();
  }

  @Test
  void refusesWhatIsNoWholeCheckpoint() throws IOException {
    Path path = folder.resolve("other.safetensors");
    try (var scope = new TensorScope()) {
      Map<String, Tensor> lora = Map.of("lora_unet_mid.alpha", Tensors.zeros(DType.FLOAT32, 1));
      SafetensorsWriter.write(path, lora, Map.of());
      assertRefused(path, "no checkpoint of Stable Diffusion", "lora_unet_mid.alpha");
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      OriginalLayout.of(source(), false)
          .forEach(
              (name, tensor) -> {
                if (!name.startsWith("first_stage_model")) {
                  tensors.put(name, tensor);
                }
              });
      SafetensorsWriter.write(path, tensors, Map.of());
      assertRefused(path, "no tensors under 'first_stage_model.'");
      Map<String, Tensor> pruned = OriginalLayout.of(source(), false);
      pruned.remove("model.diffusion_model.input_blocks.0.0.weight");
      SafetensorsWriter.write(path, pruned, Map.of());
      assertThatThrownBy(() -> SingleFile.open(path, Optional.empty()).checkpoint(Optional.empty()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll(path.toString(), "conv_in.weight");
      Map<String, Tensor> fused = OriginalLayout.of(source(), true);
      fused.put(
          "cond_stage_model.model.transformer.resblocks.0.attn.in_proj_bias",
          Tensors.zeros(DType.FLOAT32, 100));
      SafetensorsWriter.write(path, fused, Map.of());
      SingleFile single = SingleFile.open(path, Optional.empty());
      assertThatThrownBy(
              () -> single.convert(folder.resolve("x"), Optional.empty(), Optional.empty()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("attn.in_proj_bias", "[100]");
      assertThat(folder.resolve("x/model_index.json")).doesNotExist();
    }
  }

  private static void assertRefused(Path path, String... parts) {
    assertThatThrownBy(() -> SingleFile.open(path, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .contains(path.toString())
        .contains(parts)
        .hasLineCount(1);
  }

  private Path source() {
    Path source = folder.resolve("source");
    if (!Files.exists(source)) {
      SeededStableDiffusion.write(source, 5);
    }
    return source;
  }

  private Path write(String name, boolean openClip) {
    try (var scope = new TensorScope()) {
      SafetensorsWriter.write(
          folder.resolve(name), OriginalLayout.of(source(), openClip), Map.of());
    }
    return folder.resolve(name);
  }
}
