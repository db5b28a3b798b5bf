package io.chiaroscuro.server.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.UnauthorizedException;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.server.Studio;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.image.ImageGeneration;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.openai.OpenAiImageModel;
import org.springframework.ai.openai.OpenAiImageOptions;

/** Spring AI's image model, unchanged but for address and key. */
class SpringAiTest {

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
  void draws() throws IOException {
    ImageModel model = model(options().build());
    List<ImageGeneration> images =
        model
            .call(
                new ImagePrompt(
                    "an owl", OpenAiImageOptions.builder().n(2).responseFormat("b64_json").build()))
            .getResults();
    assertThat(images).hasSize(2);
    for (ImageGeneration image : images) {
      byte[] png = Base64.getDecoder().decode(image.getOutput().getB64Json());
      assertThat(PngFile.readText(png, "image"))
          .containsEntry("prompt", "an owl")
          .containsEntry("size", "64x64");
    }

    String url =
        model
            .call(
                new ImagePrompt(
                    "an owl", OpenAiImageOptions.builder().responseFormat("url").build()))
            .getResult()
            .getOutput()
            .getUrl();
    try (InputStream in = URI.create(url).toURL().openStream()) {
      assertThat(PngFile.readText(in.readAllBytes(), "image")).containsEntry("size", "64x64");
    }
  }

  @Test
  void takesExtrasFromItsClientsQuery() {
    var client =
        OpenAIOkHttpClient.builder()
            .baseUrl(studio.url() + "v1")
            .apiKey(KeyedStudio.KEY)
            .putQueryParam("num_inference_steps", "2")
            .putQueryParam("light[mean_color]", "#202020")
            .putQueryParam("light[strength]", "0.9")
            .build();
    var options = OpenAiImageOptions.builder().model("chiaroscuro-demo").responseFormat("b64_json");
    String image =
        OpenAiImageModel.builder()
            .openAiClient(client)
            .options(options.build())
            .build()
            .call(new ImagePrompt("an owl"))
            .getResult()
            .getOutput()
            .getB64Json();
    assertThat(PngFile.readText(Base64.getDecoder().decode(image), "image"))
        .containsEntry("num_inference_steps", "2")
        .containsEntry("mean_color", "#202020")
        .containsEntry("leak_strength", "0.9");
  }

  @Test
  void understandsRefusals() {
    assertThatThrownBy(() -> model(options().size("big").build()).call(new ImagePrompt("x")))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("give width x height");
    assertThatThrownBy(() -> model(options().apiKey("another").build()).call(new ImagePrompt("x")))
        .isInstanceOf(UnauthorizedException.class)
        .hasMessageContaining("API key");
  }

  private static ImageModel model(OpenAiImageOptions options) {
    return OpenAiImageModel.builder().options(options).build();
  }

  private static OpenAiImageOptions.Builder options() {
    return OpenAiImageOptions.builder()
        .baseUrl(studio.url() + "v1")
        .apiKey(KeyedStudio.KEY)
        .size("64x64");
  }
}
