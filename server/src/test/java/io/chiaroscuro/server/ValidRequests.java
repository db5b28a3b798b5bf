package io.chiaroscuro.server;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import io.chiaroscuro.server.json.DataUrl;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A request for each route that takes a body, valid and soon done, to be spoilt. */
final class ValidRequests {

  /** A file of a form. */
  record File(String field, byte[] bytes) {}

  /**
   * A request's body.
   *
   * @param json null if it is a form
   */
  record Body(String json, Map<String, String> fields, List<File> files) {
    static final Body EMPTY = new Body("", Map.of(), List.of());

    static Body json(String json) {
      return new Body(json, Map.of(), List.of());
    }

    static Body form(Map<String, String> fields, File... files) {
      return new Body(null, fields, List.of(files));
    }

    boolean isForm() {
      return json == null;
    }
  }

  private static final byte[] PNG = PngFile.encode(RgbImage.solid(32, 32, 9, 99, 199), Map.of());
  private static final String BASE64 = Base64.getEncoder().encodeToString(PNG);

  private static final String LIGHT =
      """
      {"mode": "hand", "mean_color": "#203040", "channels": {"0": 0.5, "3": -1}, "strength": 1,
       "field": [["#000000", "#111111", "#222222", "#333333"],
                 ["#000000", "#111111", "#222222", "#333333"],
                 ["#000000", "#111111", "#222222", "#333333"],
                 ["#000000", "#111111", "#222222", "#333333"]], "sample_seed": 7}""";

  private static final String SMALL =
      "\"prompt\": \"a cat\", \"num_inference_steps\": 1, \"seed\": 1, \"width\": 32, \"height\": 32";

  private static final String WEB_UI =
      """
      "prompt": "a cat", "negative_prompt": "dull", "styles": [], "seed": 1, "subseed_strength": 0,
      "sampler_name": "Euler", "scheduler": "Automatic", "batch_size": 1, "n_iter": 1, "steps": 1,
      "cfg_scale": 5, "width": 32, "height": 32, "send_images": true, "script_name": null,
      "override_settings": {"sd_model_checkpoint": "chiaroscuro-demo",
                            "CLIP_stop_at_last_layers": 1},
      "alwayson_scripts": {"chiaroscuro": {"args": [{"mode": "hand", "mean_color": "#102030"}]}}""";

  private ValidRequests() {}

  /**
   * By route, as in {@code POST /api/jobs}.
   *
   * @param upload the id of pictures that wait for statistics to be built of them
   * @param picture a PNG file that says how it was made
   */
  static Map<String, Body> all(String upload, byte[] picture) {
    Map<String, Body> all = new TreeMap<>();
    all.put("POST /api/session", Body.EMPTY);
    all.put(
        "POST /api/jobs",
        Body.json(
            """
            {%s, "negative_prompt": "dull", "model": "chiaroscuro-demo", "guidance_scale": 5,
             "guidance_rescale": 0.1, "clip_skip": 0, "scheduler": "DDIMScheduler", "count": 1,
             "compare": false, "light": %s, "image": "%s", "mask": "%s", "strength": 1}"""
                .formatted(SMALL, LIGHT, DataUrl.png(PNG), DataUrl.png(PNG))));
    all.put(
        "POST /api/explore/sweep",
        Body.json(
            "{\"image\": {%s, \"light\": %s}, \"channels\": [0], \"constants\": [1.0]}"
                .formatted(SMALL, LIGHT)));
    all.put(
        "POST /api/light/preview",
        Body.json(
            "{\"light\": %s, \"model\": \"chiaroscuro-demo\", \"seed\": 1, \"width\": 32, \"height\": 32}"
                .formatted(LIGHT)));
    all.put(
        "POST /api/statistics",
        Body.json(
            """
            {"name": "mine", "upload": "%s", "model": "chiaroscuro-demo", "resolution": 32,
             "n_components": 2, "statistic_type": "dct+pixel", "center_crop": true}"""
                .formatted(upload)));
    all.put("POST /api/uploads", Body.form(Map.of(), new File("images", PNG)));
    all.put("POST /api/brightness", Body.form(Map.of(), new File("images", PNG)));
    all.put("POST /api/pictures/settings", Body.form(Map.of(), new File("image", picture)));
    all.put(
        "POST /api/explore/wavelengths",
        Body.form(Map.of("model", "chiaroscuro-demo"), new File("image", PNG)));
    all.put(
        "POST /v1/images/generations",
        Body.json(
            """
            {"prompt": "a cat", "model": "dall-e-3", "n": 1, "size": "32x32", "stream": false,
             "response_format": "b64_json", "partial_images": 1, "background": "auto",
             "output_format": "png", "num_inference_steps": 1, "seed": 1, "guidance_scale": 5,
             "light": %s}"""
                .formatted(LIGHT)));
    all.put(
        "POST /v1/images/edits",
        Body.form(
            Map.of(
                "prompt",
                "a cat",
                "size",
                "32x32",
                "num_inference_steps",
                "1",
                "strength",
                "1",
                "n",
                "1",
                "seed",
                "1",
                "light",
                LIGHT.replaceAll("\\s+", " ")),
            new File("image", PNG)));
    all.put("POST /sdapi/v1/txt2img", Body.json("{" + WEB_UI + "}"));
    all.put(
        "POST /sdapi/v1/img2img",
        Body.json(
            "{%s, \"init_images\": [\"%s\"], \"mask\": \"%s\", \"denoising_strength\": 1, \"inpainting_mask_invert\": 1}"
                .formatted(WEB_UI, BASE64, BASE64)));
    all.put(
        "POST /sdapi/v1/options",
        Body.json(
            "{\"sd_model_checkpoint\": \"chiaroscuro-demo\", \"CLIP_stop_at_last_layers\": 1}"));
    all.put(
        "POST /sdapi/v1/png-info",
        Body.json("{\"image\": \"%s\"}".formatted(Base64.getEncoder().encodeToString(picture))));
    all.put("POST /sdapi/v1/interrupt", Body.EMPTY);
    all.put("POST /sdapi/v1/skip", Body.EMPTY);
    return all;
  }
}
