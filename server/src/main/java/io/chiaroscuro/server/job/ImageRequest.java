package io.chiaroscuro.server.job;

import io.chiaroscuro.pipeline.Strength;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.light.LightSettings;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Everything that makes pictures, by the names of {@code generate}'s options. What is null is as
 * the model has it.
 *
 * @param prompt what they shall show
 * @param negativePrompt what they shall not show
 * @param model its name in the catalog
 * @param width in pixels
 * @param height in pixels
 * @param numInferenceSteps steps of denoising
 * @param guidanceScale of classifier-free guidance
 * @param guidanceRescale against overexposure by guidance, 0 to 1
 * @param clipSkip how many of the text encoder's last layers are left out
 * @param scheduler the sampler's name
 * @param seed of the first picture; the next has the next
 * @param count how many pictures
 * @param compare for each seed the picture with the leak beside that without, the initial latents
 *     and the leak decoded
 * @param light the signal leak
 * @param image to start from, a data URL
 * @param mask where it is painted anew, a data URL of a picture of its size
 * @param strength how far the image is taken back towards noise
 */
public record ImageRequest(
    String prompt,
    String negativePrompt,
    String model,
    Integer width,
    Integer height,
    Integer numInferenceSteps,
    Double guidanceScale,
    Double guidanceRescale,
    Integer clipSkip,
    String scheduler,
    Long seed,
    Integer count,
    Boolean compare,
    LightSettings light,
    String image,
    String mask,
    Double strength)
    implements JobRequest {

  private static final int MAX_PROMPT = 10_000;

  /** The largest whole number that every JSON reader takes exactly. */
  private static final long MAX_SEED = (1L << 53) - 1;

  public ImageRequest {
    if (prompt == null) {
      throw new RefusedException("prompt", "There is no prompt; say what to show.");
    }
    negativePrompt = negativePrompt == null ? "" : negativePrompt;
    guidanceRescale = guidanceRescale == null ? 0.0 : guidanceRescale;
    clipSkip = clipSkip == null ? 0 : clipSkip;
    numInferenceSteps = numInferenceSteps == null ? 50 : numInferenceSteps;
    count = count == null ? 1 : count;
    compare = compare != null && compare;
    light = light == null ? LightSettings.OFF : light;
    requireText("prompt", prompt);
    requireText("negative_prompt", negativePrompt);
    requireRange("clip_skip", clipSkip, 0, 64);
    requireRange("guidance_rescale", guidanceRescale, 0, 1);
    if (guidanceScale != null) {
      requireRange("guidance_scale", guidanceScale, 0, 100);
    }
    if (seed != null) {
      requireRange("seed", seed, 0, MAX_SEED);
    }
    if (strength != null && !(strength > 0 && strength <= 1)) {
      throw new RefusedException(
          "strength",
          "The strength is %s; give a number above 0 (keep the image) up to 1."
              .formatted(strength));
    }
    requireImage("mask", mask, image);
    requireImage("strength", strength, image);
    if (image != null) {
      requireSteps(numInferenceSteps, strength, mask);
    }
    if (compare && light.isOff()) {
      throw new RefusedException(
          "compare", "There is nothing to compare with while the light is off; set light.mode.");
    }
  }

  /** A picture carries its prompt, and not every string can be carried. */
  private static void requireText(String field, String text) {
    if (text.length() > MAX_PROMPT) {
      throw new RefusedException(
          field, "The %s is longer than %d characters; shorten it.".formatted(field, MAX_PROMPT));
    }
    if (text.indexOf(0) >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new RefusedException(
          field, "The %s holds NUL or half a character; write it again.".formatted(field));
    }
  }

  private static void requireRange(String field, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new RefusedException(
          field,
          "The %s is %s; give %s to %s."
              .formatted(field, number(value), number(least), number(most)));
    }
  }

  /** Of all steps, so many are taken that the image goes back to noise as far as asked for. */
  private static void requireSteps(int steps, Double strength, String mask) {
    Strength usual = mask == null ? Strength.OF_IMAGE_TO_IMAGE : Strength.OF_INPAINTING;
    double share = strength == null ? usual.value() : strength;
    if (steps > 0 && (int) (steps * share) < 1) {
      throw new RefusedException(
          "num_inference_steps",
          "Of %d steps a strength of %s leaves none; take more steps.".formatted(steps, share));
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e16
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  private static void requireImage(String field, Object value, String image) {
    if (value != null && image == null) {
      throw new RefusedException(
          field, "The %s needs an image to start from; give one.".formatted(field));
    }
  }

  @Override
  public void requireWithin(Limits limits) {
    if (width != null) {
      requireRange("width", width, 8, limits.maxSide());
    }
    if (height != null) {
      requireRange("height", height, 8, limits.maxSide());
    }
    requireRange("num_inference_steps", numInferenceSteps, 1, limits.maxSteps());
    requireRange("count", count, 1, limits.maxCount());
  }

  /** The same with this seed. */
  public ImageRequest withSeed(long seed) {
    return with(Map.of("seed", seed));
  }

  /** As one picture of several could have been asked for alone. */
  public ImageRequest ofPicture(long seed) {
    return with(Map.of("seed", seed, "count", 1));
  }

  /** The same in another light. */
  public ImageRequest withLight(LightSettings light) {
    return with(Map.of("light", light));
  }

  /** The same with what was left to the model said. */
  public ImageRequest withDefaults(int width, int height, double guidanceScale) {
    return with(Map.of("width", width, "height", height, "guidance_scale", guidanceScale));
  }

  /** The same of the model of that name. */
  public ImageRequest withModel(String model) {
    return with(Map.of("model", model));
  }

  @Override
  public long characters() {
    return (image == null ? 0 : image.length()) + (mask == null ? 0 : mask.length());
  }

  @Override
  public ImageRequest withoutPictures() {
    if (image == null) {
      return this;
    }
    Map<String, Object> none = new HashMap<>();
    none.put("image", null);
    none.put("mask", null);
    none.put("strength", null);
    return with(none);
  }

  private ImageRequest with(Map<String, ?> fields) {
    return Json.with(this, ImageRequest.class, fields);
  }
}
