package io.chiaroscuro.server.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.model.openai.OpenAiImageModel;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.Studio;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's image model, unchanged but for address and key. */
class LangChain4jTest {

  @TempDir static Path folder;
  private static Studio studio;

  @BeforeAll
  static void start() {
    studio = KeyedStudio.start(folder);
  }

  @AfterAll
  static void stop() {
    studio.close();
  }

  @Test
  void draws() {
    var answer = few().modelName("chiaroscuro-demo").size("64x64").build().generate("an owl", 2);
    List<Image> images = answer.content();
    assertThat(images).hasSize(2);
    assertThat(images)
        .extracting(image -> PngFile.readText(png(image), "image").get("size"))
        .containsOnly("64x64");
  }

  @Test
  void takesOpenAisNameForTheDefaultModel() throws IOException {
    Image image = few().modelName("dall-e-3").build().generate("an owl").content();
    try (InputStream in = image.url().toURL().openStream()) {
      assertThat(PngFile.readText(in.readAllBytes(), "image"))
          .containsEntry("model", "chiaroscuro-demo")
          .containsEntry("mean_color", "#202020");
    }
  }

  @Test
  void edits() {
    byte[] png = PngFile.encode(RgbImage.solid(128, 128, 200, 60, 60), Map.of());
    Image red =
        Image.builder()
            .base64Data(Base64.getEncoder().encodeToString(png))
            .mimeType("image/png")
            .build();
    Image edited = few().modelName("gpt-image-1").build().edit(red, "an owl").content();
    assertThat(ImageDecoder.decode(png(edited), "edited").width()).isEqualTo(128);
  }

  @Test
  void understandsRefusals() {
    refuses(few().modelName("none"), 404, "There is no model 'none'", "model_not_found");
    refuses(few().modelName("dall-e-3").size("big"), 400, "give width x height", "invalid_value");
    refuses(few().modelName("dall-e-3").apiKey("another"), 401, "API key", "invalid_api_key");
  }

  private static void refuses(
      OpenAiImageModel.OpenAiImageModelBuilder builder, int status, String message, String code) {
    var error = catchThrowableOfType(HttpException.class, () -> builder.build().generate("an owl"));
    assertThat(error.statusCode()).isEqualTo(status);
    assertThat(error).hasMessageContaining(message).hasMessageContaining(code);
  }

  /** What it lets nobody say stands in the query. */
  private static OpenAiImageModel.OpenAiImageModelBuilder few() {
    return OpenAiImageModel.builder()
        .baseUrl(studio.url() + "v1")
        .apiKey(KeyedStudio.KEY)
        .maxRetries(0)
        .customQueryParams(Map.of("num_inference_steps", "2", "mean_color", "#202020"));
  }

  private static byte[] png(Image image) {
    return Base64.getDecoder().decode(image.base64Data());
  }
}
