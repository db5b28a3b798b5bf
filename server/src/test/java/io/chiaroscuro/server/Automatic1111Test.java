package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.image.Brightness;
import io.chiaroscuro.image.ImageDecoder;
import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs that speak with AUTOMATIC1111's web UI send, as its documentation shows it. */
class Automatic1111Test {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir static Path folder;
  private static Studio studio;
  private static Client client;

  @BeforeAll
  static void start() {
    studio = Studio.start(StudioConfig.local(folder));
    client = new Client(studio.port());
  }

  @AfterAll
  static void stop() {
    studio.close();
  }

  /** The wiki's first example, to its last step. */
  @Test
  void replaysTheWikisExample() throws IOException {
    JsonNode answer = draw("{\"prompt\": \"maltese puppy\", \"steps\": 5}");
    assertThat(answer.get("images").size()).isEqualTo(1);
    byte[] png = png(answer, 0);
    assertThat(ImageDecoder.decode(png, "image").width()).isEqualTo(128);
    assertThat(answer.at("/parameters/prompt").asText()).isEqualTo("maltese puppy");
    assertThat(answer.at("/parameters/cfg_scale").asDouble()).isEqualTo(7.0);
    assertThat(answer.at("/parameters/sampler_index").asText()).isEqualTo("Euler");

    JsonNode info = JSON.readTree(answer.get("info").asText());
    assertThat(info.get("steps").asInt()).isEqualTo(5);
    assertThat(info.get("sampler_name").asText()).isEqualTo("Euler");
    assertThat(info.at("/all_seeds/0")).isEqualTo(info.get("seed"));

    JsonNode told =
        client
            .post(
                "/sdapi/v1/png-info",
                "{\"image\": \"data:image/png;base64,%s\"}"
                    .formatted(answer.at("/images/0").asText()))
            .json();
    assertThat(told.get("info").asText())
        .isEqualTo(info.at("/infotexts/0").asText())
        .isEqualTo(
            "maltese puppy\nSteps: 5, Sampler: Euler, Schedule type: Uniform, CFG scale: 7, "
                + "Seed: %s, Size: 128x128, Model: chiaroscuro-demo"
                    .formatted(info.get("seed").asText()));
    assertThat(told.at("/parameters/Steps").asText()).isEqualTo("5");
    assertThat(told.at("/items/scheduler").asText()).isEqualTo("EulerDiscreteScheduler");
  }

  /** All that the interface's own schema shows, at its defaults but for size and steps. */
  @Test
  void takesTheWholeSchema() throws IOException {
    JsonNode answer =
        draw(
            """
            {"prompt": "a bowl", "negative_prompt": "", "styles": [], "seed": -1, "subseed": -1,
             "subseed_strength": 0, "seed_resize_from_h": -1, "seed_resize_from_w": -1,
             "sampler_name": "DPM++ 2M Karras", "scheduler": null, "batch_size": 2, "n_iter": 1,
             "steps": 3, "cfg_scale": 7.0, "width": 64, "height": 128, "restore_faces": false,
             "tiling": false, "do_not_save_samples": false, "do_not_save_grid": false, "eta": 0,
             "denoising_strength": 0, "s_min_uncond": 0, "s_churn": 0, "s_tmax": 0, "s_tmin": 0,
             "s_noise": 0, "override_settings": {"CLIP_stop_at_last_layers": 2},
             "override_settings_restore_afterwards": true, "refiner_checkpoint": null,
             "refiner_switch_at": 0, "disable_extra_networks": false, "firstpass_image": null,
             "comments": {}, "enable_hr": false, "firstphase_width": 0, "firstphase_height": 0,
             "hr_scale": 2, "hr_upscaler": null, "hr_second_pass_steps": 0, "hr_resize_x": 0,
             "hr_resize_y": 0, "hr_checkpoint_name": null, "hr_sampler_name": null,
             "hr_scheduler": null, "hr_prompt": "", "hr_negative_prompt": "",
             "force_task_id": null, "sampler_index": "Euler", "script_name": null,
             "script_args": [], "send_images": true, "save_images": false,
             "alwayson_scripts": {}, "infotext": null}""");
    assertThat(answer.get("images").size()).isEqualTo(2);
    RgbImage second = ImageDecoder.decode(png(answer, 1), "image");
    assertThat(second).hasToString("64x128");
    JsonNode info = JSON.readTree(answer.get("info").asText());
    assertThat(info.at("/all_seeds/1").asLong()).isEqualTo(info.get("seed").asLong() + 1);
    assertThat(info.get("clip_skip").asInt()).isEqualTo(2);
    assertThat(PngFile.readText(png(answer, 1), "image").get("parameters"))
        .contains("Sampler: DPM++ 2M, Schedule type: Karras", "Clip skip: 2");
  }

  @Test
  void takesLightAsAScript() {
    String request =
        """
        {"prompt": "a bowl", "steps": 2, "seed": 4, "sampler_name": "Euler a",
         "alwayson_scripts": {"Chiaroscuro": {"args": [%s]}}}""";
    JsonNode without = draw(request.formatted(""));
    JsonNode dark = draw(request.formatted("{\"mean_color\": \"#000000\", \"strength\": 1.5}"));
    assertThat(brightness(dark)).isLessThan(brightness(without) - 0.1);
    assertThat(PngFile.readText(png(dark, 0), "image").get("parameters"))
        .contains("Chiaroscuro light: \"{\\\"mode\\\":\\\"hand\\\"");
    JsonNode drawn =
        draw(request.formatted("{\"mode\": \"statistics\", \"statistics\": \"chiaroscuro-demo\"}"));
    assertThat(PngFile.readText(png(drawn, 0), "image")).containsEntry("leak", "chiaroscuro-demo");
  }

  @Test
  void changesPictures() {
    String grey = base64(RgbImage.solid(128, 128, 90, 120, 150));
    String request =
        """
        {"prompt": "a bowl", "steps": 4, "seed": 4, "denoising_strength": 0.5,
         "init_images": ["data:image/png;base64,%s"], "mask": %s, "inpainting_mask_invert": %d}""";
    JsonNode whole = post("/sdapi/v1/img2img", request.formatted(grey, null, 0));
    assertThat(whole.at("/parameters/init_images").isNull()).isTrue();
    assertThat(PngFile.readText(png(whole, 0), "image").get("parameters"))
        .contains("Denoising strength: 0.5");

    String left = "\"" + base64(whiteAtTheLeft()) + "\"";
    requireKept(post("/sdapi/v1/img2img", request.formatted(grey, left, 0)), 127, 0);
    requireKept(post("/sdapi/v1/img2img", request.formatted(grey, left, 1)), 0, 127);
  }

  /** Of a smaller size than the picture's. */
  private static RgbImage whiteAtTheLeft() {
    byte[] rgb = new byte[3 * 64 * 64];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % 64 < 32 ? 255 : 0);
    }
    return new RgbImage(64, 64, rgb);
  }

  private static void requireKept(JsonNode answer, int kept, int painted) {
    RgbImage picture = ImageDecoder.decode(png(answer, 0), "image");
    boolean isPainted = false;
    for (int y = 0; y < 128; y++) {
      assertThat(picture.value(kept, y, 1)).isEqualTo(120);
      isPainted |= picture.value(painted, y, 1) != 120;
    }
    assertThat(isPainted).isTrue();
  }

  @Test
  void tellsProgressAndEndsWhenInterrupted() throws Exception {
    var answer =
        CompletableFuture.supplyAsync(
            () -> draw("{\"prompt\": \"a bowl\", \"steps\": 20, \"n_iter\": 16}"));
    JsonNode progress = client.get("/sdapi/v1/progress").json();
    while (progress.get("progress").asDouble() < 0.1) {
      Thread.sleep(50);
      progress = client.get("/sdapi/v1/progress").json();
    }
    assertThat(progress.at("/state/job_count").asInt()).isEqualTo(16);
    assertThat(progress.at("/state/sampling_steps").asInt()).isEqualTo(20);
    assertThat(progress.get("eta_relative").asDouble()).isPositive();
    byte[] preview = Base64.getDecoder().decode(progress.get("current_image").asText());
    assertThat(ImageDecoder.decode(preview, "preview").width()).isEqualTo(128);
    JsonNode bare = client.get("/sdapi/v1/progress?skip_current_image=true").json();
    assertThat(bare.get("current_image").isNull()).isTrue();

    assertThat(client.post("/sdapi/v1/interrupt", "").status()).isEqualTo(200);
    assertThat(answer.get().get("images").size()).isBetween(1, 15);
    assertThat(client.get("/sdapi/v1/progress").json().get("progress").asDouble()).isZero();
    assertThat(client.post("/sdapi/v1/skip", "").status()).isEqualTo(200);
  }

  @Test
  void listsWhatThereIsAndTakesOptions() {
    assertThat(client.get("/sdapi/v1/sd-models").json().at("/0/title").asText())
        .isEqualTo("chiaroscuro-demo");
    JsonNode samplers = client.get("/sdapi/v1/samplers").json();
    assertThat(samplers.findValuesAsText("name")).contains("Euler a", "DPM++ 2M", "DDIM", "UniPC");
    assertThat(client.get("/sdapi/v1/schedulers").json().findValuesAsText("label"))
        .contains("Automatic", "Karras");
    for (JsonNode sampler : samplers) {
      draw(
          "{\"prompt\": \"a bowl\", \"steps\": 3, \"width\": 64, \"height\": 64, \"sampler_name\": \"%s\"}"
              .formatted(sampler.get("name").asText()));
    }

    var chosen =
        client.post(
            "/sdapi/v1/options",
            "{\"sd_model_checkpoint\": \"chiaroscuro-demo\", \"CLIP_stop_at_last_layers\": 2}");
    assertThat(chosen.status()).isEqualTo(200);
    JsonNode options = client.get("/sdapi/v1/options").json();
    assertThat(options.get("sd_model_checkpoint").asText()).isEqualTo("chiaroscuro-demo");
    assertThat(options.get("CLIP_stop_at_last_layers").asInt()).isEqualTo(2);
    client.post("/sdapi/v1/options", "{\"CLIP_stop_at_last_layers\": 1}");
  }

  @Test
  void readsPicturesOfTheGalleryAndOfTheWebUi() {
    JsonNode job =
        client.finish("{\"prompt\": \"a tree\", \"num_inference_steps\": 2, \"seed\": 5}");
    byte[] ours = client.get("/api/pictures/" + job.at("/pictures/0").asText() + "/png").body();
    assertThat(pngInfo(ours).at("/parameters/Seed").asText()).isEqualTo("5");

    String text =
        "a (tree:1.2), by night\nin two lines\nNegative prompt: blurry\n"
            + "Steps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 965400086, Size: 512x768, "
            + "Model hash: 45dee52b, Lora hashes: \"one: 1, two: 2\"";
    byte[] theirs = PngFile.encode(RgbImage.solid(8, 8, 0, 0, 0), Map.of("parameters", text));
    JsonNode parameters = pngInfo(theirs).get("parameters");
    assertThat(parameters.get("Prompt").asText()).isEqualTo("a (tree:1.2), by night\nin two lines");
    assertThat(parameters.get("Negative prompt").asText()).isEqualTo("blurry");
    assertThat(parameters.get("Size-2").asText()).isEqualTo("768");
    assertThat(parameters.get("Lora hashes").asText()).isEqualTo("one: 1, two: 2");

    byte[] silent = PngFile.encode(RgbImage.solid(8, 8, 0, 0, 0), Map.of());
    assertThat(pngInfo(silent).get("info").asText()).isEmpty();
  }

  @Test
  void refusesWithASentence() {
    refuses("{\"prompt\": \"x\", \"sampler_name\": \"DPM adaptive\"}", "There is no sampler");
    refuses("{\"prompt\": \"x\", \"scheduler\": \"Wild\"}", "There is no schedule 'Wild'");
    refuses("{\"prompt\": \"x\", \"sampler_name\": \"Euler a Karras\"}", "Euler");
    refuses("{\"prompt\": \"x\", \"steps\": \"many\"}", "a whole number");
    refuses("{\"prompt\": \"x\", \"batch_size\": 2000000000, \"n_iter\": 2000000000}", "1 or more");
    refuses("{\"prompt\": \"x\", \"enable_hr\": true}", "leave enable_hr out");
    refuses("{\"prompt\": \"x\", \"alwayson_scripts\": {\"other\": {\"args\": []}}}", "no script");
    refuses(
        "{\"prompt\": \"x\", \"override_settings\": {\"sd_model_checkpoint\": \"none\"}}",
        "There is no model 'none'");
    refuses(
        "{\"prompt\": \"x\", \"alwayson_scripts\": {\"chiaroscuro\": {\"args\": [{\"mood\": 1}]}}}",
        "There is no field 'mood'");
    assertThat(client.post("/sdapi/v1/img2img", "{\"prompt\": \"x\"}").status()).isEqualTo(400);
    assertThat(client.post("/sdapi/v1/png-info", "{\"image\": \"eA==\"}").status()).isEqualTo(400);
    assertThat(client.post("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"none\"}").status())
        .isEqualTo(400);
    assertThat(client.get("/sdapi/v1/none").status()).isEqualTo(404);
  }

  private static void refuses(String request, String sentence) {
    var answer = client.post("/sdapi/v1/txt2img", request);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("detail").asText()).contains(sentence).endsWith(".");
    assertThat(answer.json().get("error").asText()).isEqualTo("HTTPError");
  }

  private static JsonNode pngInfo(byte[] png) {
    return post(
        "/sdapi/v1/png-info",
        "{\"image\": \"%s\"}".formatted(Base64.getEncoder().encodeToString(png)));
  }

  private static JsonNode draw(String request) {
    return post("/sdapi/v1/txt2img", request);
  }

  private static JsonNode post(String path, String request) {
    var answer = client.post(path, request);
    assertThat(answer.status()).as(answer.json().path("detail").asText()).isEqualTo(200);
    return answer.json();
  }

  private static byte[] png(JsonNode answer, int index) {
    return Base64.getDecoder().decode(answer.get("images").get(index).asText());
  }

  private static double brightness(JsonNode answer) {
    return Brightness.of(ImageDecoder.decode(png(answer, 0), "image")).mean();
  }

  private static String base64(RgbImage image) {
    return Base64.getEncoder().encodeToString(PngFile.encode(image, Map.of()));
  }
}
