package io.chiaroscuro.server.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.MultipartField;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.images.Image;
import com.openai.models.images.ImageEditParams;
import com.openai.models.images.ImageGenStreamEvent;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.images.ImagesResponse;
import com.openai.models.models.Model;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.Studio;
import io.chiaroscuro.server.StudioConfig;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own client for Java, unchanged but for the address. */
class OpenAiClientTest {

  @TempDir static Path folder;
  private static Studio studio;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    studio = Studio.start(StudioConfig.local(folder));
    client = OpenAIOkHttpClient.builder().baseUrl(studio.url() + "v1").apiKey("none").build();
  }

  @AfterAll
  static void stop() {
    client.close();
    studio.close();
  }

  @Test
  void draws() {
    ImagesResponse response =
        client
            .images()
            .generate(
                apple()
                    .n(2)
                    .size(ImageGenerateParams.Size.of("64x64"))
                    .quality(ImageGenerateParams.Quality.HIGH)
                    .build());
    List<Image> images = response.data().orElseThrow();
    assertThat(images).hasSize(2);
    assertThat(images).allSatisfy(image -> assertThat(decoded(image).width()).isEqualTo(64));
    assertThat(images)
        .extracting(image -> PngFile.readText(png(image), "image").get("seed"))
        .containsExactly("7", "8");
    assertThat(response.created()).isGreaterThan(1_700_000_000);
  }

  @Test
  void drawsTheSameAgainAndInAnotherLight() {
    Image first = one(apple().build());
    assertThat(decoded(one(apple().build())).rgb()).isEqualTo(decoded(first).rgb());

    Image dark =
        one(
            apple()
                .putAdditionalBodyProperty(
                    "light", JsonValue.from(Map.of("mean_color", "#000000", "strength", 1.5)))
                .build());
    assertThat(brightness(dark)).isLessThan(brightness(first) - 0.1);
    assertThat(PngFile.readText(png(dark), "dark")).containsEntry("mean_color", "#000000");
    Image alike =
        one(apple().putAdditionalBodyProperty("mean_color", JsonValue.from("#000000")).build());
    assertThat(brightness(alike)).isLessThan(brightness(first));
  }

  @Test
  void passesExtrasOn() {
    Image image =
        one(
            apple()
                .putAdditionalBodyProperty("scheduler", JsonValue.from("DPM++ 2M Karras"))
                .putAdditionalBodyProperty("guidance_scale", JsonValue.from(3.5))
                .putAdditionalBodyProperty("negative_prompt", JsonValue.from("blurry"))
                .putAdditionalBodyProperty("leak", JsonValue.from("chiaroscuro-demo"))
                .build());
    assertThat(PngFile.readText(png(image), "image"))
        .containsEntry("scheduler", "DPMSolverMultistepScheduler")
        .containsEntry("guidance_scale", "3.5")
        .containsEntry("negative_prompt", "blurry")
        .containsEntry("num_inference_steps", "2")
        .containsEntry("leak", "chiaroscuro-demo");
  }

  @Test
  void givesAddressesThatNeedNoKey() throws IOException {
    Image image =
        one(apple().putAdditionalBodyProperty("response_format", JsonValue.from("url")).build());
    assertThat(image.b64Json()).isEmpty();
    String url = image.url().orElseThrow();
    try (InputStream in = URI.create(url).toURL().openStream()) {
      assertThat(ImageDecoder.decode(in.readAllBytes(), "image").width()).isEqualTo(128);
    }
    var forged = URI.create(url.replaceFirst("/signed/\\d+/", "/signed/99999999999/")).toURL();
    assertThat(((java.net.HttpURLConnection) forged.openConnection()).getResponseCode())
        .isEqualTo(403);
  }

  @Test
  void streams() {
    try (var stream =
        client
            .images()
            .generateStreaming(
                apple()
                    .partialImages(2)
                    .putAdditionalBodyProperty("num_inference_steps", JsonValue.from(6))
                    .build())) {
      List<ImageGenStreamEvent> events = stream.stream().toList();
      var completed = events.get(events.size() - 1).asGenerationCompleted();
      assertThat(ImageDecoder.decode(Base64.getDecoder().decode(completed.b64Json()), "image"))
          .isNotNull();
      assertThat(completed.usage().totalTokens()).isZero();
      assertThat(events.subList(0, events.size() - 1))
          .hasSizeLessThanOrEqualTo(2)
          .allSatisfy(event -> assertThat(event.isGenerationPartialImage()).isTrue());
    }
  }

  @Test
  void paintsAnewWhatTheMaskHides() throws IOException {
    RgbImage grey = RgbImage.solid(128, 128, 90, 120, 150);
    Image edited =
        client
            .images()
            .edit(
                edit(grey)
                    .mask(file("mask.png", halfTransparent()))
                    .putAdditionalBodyProperty(
                        "light", JsonValue.from(Map.of("mean_color", "#808080", "strength", 0.5)))
                    .build())
            .data()
            .orElseThrow()
            .get(0);
    assertThat(PngFile.readText(png(edited), "edited"))
        .containsEntry("mean_color", "#808080")
        .containsEntry("leak_strength", "0.5");
    RgbImage picture = decoded(edited);
    assertThat(picture.value(100, 64, 0)).isEqualTo(90);
    assertThat(picture.value(127, 127, 2)).isEqualTo(150);
    boolean isChanged = false;
    for (int y = 0; y < 128; y++) {
      isChanged |= picture.value(20, y, 0) != 90;
    }
    assertThat(isChanged).isTrue();
  }

  @Test
  void changesAPictureWithoutAMask() {
    RgbImage dark = RgbImage.solid(128, 128, 20, 20, 20);
    RgbImage bright = RgbImage.solid(128, 128, 230, 230, 230);
    assertThat(brightness(edited(edit(dark).build())))
        .isLessThan(brightness(edited(edit(bright).build())) - 0.2);
  }

  @Test
  void listsModels() {
    List<Model> models = client.models().list().data();
    assertThat(models).extracting(Model::id).containsExactly("chiaroscuro-demo");
    assertThat(client.models().retrieve("chiaroscuro-demo").ownedBy()).isEqualTo("chiaroscuro");
    var missing =
        catchThrowableOfType(NotFoundException.class, () -> client.models().retrieve("none"));
    assertThat(missing.code()).contains("model_not_found");
  }

  @Test
  void tellsOfErrorsInOpenAisShape() {
    refuses(apple().model("none").build(), 404, "model", "model_not_found");
    refuses(apple().n(99).build(), 400, "n", "invalid_value");
    refuses(apple().size(ImageGenerateParams.Size.of("big")).build(), 400, "size", "invalid_value");
    refuses(
        apple().size(ImageGenerateParams.Size.of("4096x4096")).build(),
        400,
        "size",
        "invalid_value");
    refuses(
        apple().putAdditionalBodyProperty("scheduler", JsonValue.from("none")).build(),
        400,
        "scheduler",
        "invalid_value");
    refuses(
        apple().putAdditionalBodyProperty("sharpness", JsonValue.from(1)).build(),
        400,
        "sharpness",
        "invalid_value");
    refuses(
        apple().background(ImageGenerateParams.Background.TRANSPARENT).build(),
        400,
        "background",
        "invalid_value");
    var bad =
        catchThrowableOfType(
            BadRequestException.class,
            () ->
                client
                    .images()
                    .edit(
                        edit(RgbImage.solid(64, 64, 1, 1, 1))
                            .mask(file("mask.png", halfTransparent()))
                            .build()));
    assertThat(bad.param()).contains("mask");
  }

  private static void refuses(ImageGenerateParams params, int status, String param, String code) {
    var error =
        catchThrowableOfType(OpenAIServiceException.class, () -> client.images().generate(params));
    assertThat(error.statusCode()).isEqualTo(status);
    assertThat(error.param()).contains(param);
    assertThat(error.code()).contains(code);
    assertThat(error.type()).contains("invalid_request_error");
    assertThat(error.getMessage()).matches(".*[A-Z].*\\.");
  }

  private static ImageGenerateParams.Builder apple() {
    return ImageGenerateParams.builder()
        .prompt("a red apple")
        .putAdditionalBodyProperty("num_inference_steps", JsonValue.from(2))
        .putAdditionalBodyProperty("seed", JsonValue.from(7));
  }

  private static ImageEditParams.Builder edit(RgbImage image) {
    return ImageEditParams.builder()
        .image(
            MultipartField.<ImageEditParams.Image>builder()
                .value(
                    ImageEditParams.Image.ofInputStream(
                        new ByteArrayInputStream(PngFile.encode(image, Map.of()))))
                .filename("image.png")
                .contentType("image/png")
                .build())
        .prompt("a green tree")
        .putAdditionalBodyProperty("num_inference_steps", JsonValue.from(4))
        .putAdditionalBodyProperty("strength", JsonValue.from(0.5))
        .putAdditionalBodyProperty("seed", JsonValue.from(3));
  }

  private static MultipartField<InputStream> file(String name, byte[] bytes) {
    return MultipartField.<InputStream>builder()
        .value(new ByteArrayInputStream(bytes))
        .filename(name)
        .contentType("image/png")
        .build();
  }

  /** Its left half is. */
  private static byte[] halfTransparent() throws IOException {
    var image = new BufferedImage(128, 128, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < 128; y++) {
      for (int x = 64; x < 128; x++) {
        image.setRGB(x, y, 0xffffffff);
      }
    }
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "PNG", bytes);
    return bytes.toByteArray();
  }

  private static Image edited(ImageEditParams params) {
    return client.images().edit(params).data().orElseThrow().get(0);
  }

  private static Image one(ImageGenerateParams params) {
    List<Image> images = client.images().generate(params).data().orElseThrow();
    assertThat(images).hasSize(1);
    return images.get(0);
  }

  private static byte[] png(Image image) {
    return Base64.getDecoder().decode(image.b64Json().orElseThrow());
  }

  private static RgbImage decoded(Image image) {
    return ImageDecoder.decode(png(image), "image");
  }

  private static double brightness(Image image) {
    return Brightness.of(decoded(image)).mean();
  }
}
