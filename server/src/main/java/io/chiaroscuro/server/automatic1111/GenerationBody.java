package io.chiaroscuro.server.automatic1111;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.light.LightSettings;
import java.util.List;
import java.util.Map;

/**
 * What the web UI's API is asked for pictures, with its defaults; but the size is the model's own
 * unless given. Of its other fields, those that only say how files are kept or how a sampler is
 * tuned are passed over; those that would change what is shown and cannot be done are refused.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record GenerationBody(
    String prompt,
    String negativePrompt,
    List<String> styles,
    Long seed,
    Double subseedStrength,
    String samplerName,
    String samplerIndex,
    String scheduler,
    Integer batchSize,
    Integer nIter,
    Integer steps,
    Double cfgScale,
    Integer width,
    Integer height,
    Boolean restoreFaces,
    Boolean tiling,
    Boolean enableHr,
    Double denoisingStrength,
    JsonNode overrideSettings,
    String scriptName,
    Boolean sendImages,
    JsonNode alwaysonScripts,
    List<String> initImages,
    String mask,
    Integer inpaintingMaskInvert) {

  /** The name of our always-on script. */
  static final String SCRIPT = "chiaroscuro";

  GenerationBody {
    prompt = prompt == null ? "" : prompt;
    negativePrompt = negativePrompt == null ? "" : negativePrompt;
    seed = seed == null ? -1 : seed;
    samplerIndex = isNone(samplerIndex) ? "Euler" : samplerIndex;
    samplerName = isNone(samplerName) ? samplerIndex : samplerName;
    scheduler = isNone(scheduler) ? "Automatic" : scheduler;
    batchSize = batchSize == null ? 1 : batchSize;
    nIter = nIter == null ? 1 : nIter;
    steps = steps == null ? 50 : steps;
    cfgScale = cfgScale == null ? 7 : cfgScale;
    sendImages = sendImages == null || sendImages;
    inpaintingMaskInvert = inpaintingMaskInvert == null ? 0 : inpaintingMaskInvert;
    refuse("styles", styles != null && !styles.isEmpty(), "styles");
    refuse("subseed_strength", subseedStrength != null && subseedStrength > 0, "variation seeds");
    refuse("restore_faces", Boolean.TRUE.equals(restoreFaces), "restoring of faces");
    refuse("tiling", Boolean.TRUE.equals(tiling), "pictures that tile");
    refuse("enable_hr", Boolean.TRUE.equals(enableHr), "second pass in high resolution");
    refuse("script_name", !isNone(scriptName), "scripts");
    if (batchSize < 1 || nIter < 1 || (long) batchSize * nIter > Integer.MAX_VALUE) {
      throw new RefusedException("batch_size", "batch_size and n_iter are 1 or more.");
    }
  }

  private static void refuse(String field, boolean isAsked, String what) {
    if (isAsked) {
      throw new RefusedException(
          field, "There is no %s here; leave %s out.".formatted(what, field));
    }
  }

  private static boolean isNone(String name) {
    return name == null || name.isBlank() || name.equalsIgnoreCase("none");
  }

  /**
   * The pictures that are wanted.
   *
   * @param options for what is not said here
   * @param image base64, to start from; null for none
   * @param mask base64, white where it is painted anew; null for none
   */
  ImageRequest asImages(Options options, String image, String mask) {
    Options own = overrideSettings == null ? options : options.with(overrideSettings);
    return new ImageRequest(
        prompt,
        negativePrompt,
        own.checkpoint(),
        width,
        height,
        steps,
        cfgScale,
        null,
        own.clipSkip(),
        Sampler.scheduler(samplerName, scheduler),
        seed == -1 ? null : seed,
        batchSize * nIter,
        false,
        light(),
        image,
        mask,
        image == null ? null : strength());
  }

  private double strength() {
    return denoisingStrength == null ? 0.75 : denoisingStrength;
  }

  /** {@code "alwayson_scripts": {"chiaroscuro": {"args": [{"mean_color": "#102030"}]}}}. */
  private LightSettings light() {
    if (alwaysonScripts == null || alwaysonScripts.isNull()) {
      return LightSettings.OFF;
    }
    LightSettings light = LightSettings.OFF;
    for (Map.Entry<String, JsonNode> script : alwaysonScripts.properties()) {
      if (!script.getKey().equalsIgnoreCase(SCRIPT)) {
        throw new RefusedException(
            "alwayson_scripts",
            "There is no script '%s'; the one there is is %s.".formatted(script.getKey(), SCRIPT));
      }
      JsonNode args = script.getValue().path("args");
      if (!args.isArray() || args.size() > 1) {
        throw new RefusedException(
            "alwayson_scripts",
            "The script %s takes one object with the light's settings in args.".formatted(SCRIPT));
      }
      light = args.isEmpty() ? light : Json.read(args.get(0), LightSettings.class);
    }
    return light;
  }

  /** As the answer repeats it: without the pictures that came with it. */
  JsonNode parameters() {
    var parameters = Json.object();
    Json.tree(this).properties().forEach(field -> parameters.set(field.getKey(), field.getValue()));
    parameters.putNull("init_images");
    parameters.putNull("mask");
    return parameters;
  }
}
