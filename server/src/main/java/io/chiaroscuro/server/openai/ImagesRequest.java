package io.chiaroscuro.server.openai;

import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.json.RefusedException;
import io.chiaroscuro.server.light.LightSettings;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What OpenAI's API has of a picture, and after it what it lacks, by the names of {@link
 * ImageRequest}. What is null is not said.
 *
 * <p>OpenAI's own models that draw, whose names clients send unasked, are the server's default
 * model. {@code quality}, {@code style}, {@code moderation}, {@code input_fidelity}, {@code
 * output_compression}, {@code user} and {@code safety_identifier} change nothing.
 */
record ImagesRequest(
    String prompt,
    String model,
    Integer n,
    String size,
    String responseFormat,
    Boolean stream,
    Integer partialImages,
    String background,
    String outputFormat,
    Integer outputCompression,
    String quality,
    String style,
    String moderation,
    String inputFidelity,
    String user,
    String safetyIdentifier,
    String negativePrompt,
    Integer numInferenceSteps,
    Double guidanceScale,
    Double guidanceRescale,
    Integer clipSkip,
    String scheduler,
    Long seed,
    Double strength,
    LightSettings light) {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");
  private static final String AUTO = "auto";

  private static final int MOST_PARTIAL_IMAGES = 3;

  ImagesRequest {
    requireOneOf("response_format", responseFormat, List.of("b64_json", "url"));
    requireOneOf("output_format", outputFormat, List.of("png"));
    requireOneOf("background", background, List.of(AUTO, "opaque"));
    if (size != null && !size.equals(AUTO) && !SIZE.matcher(size).matches()) {
      throw new RefusedException(
          "size", "The size is '%s'; give width x height, as in 512x512.".formatted(size));
    }
    if (partialImages != null && !(partialImages >= 0 && partialImages <= MOST_PARTIAL_IMAGES)) {
      throw new RefusedException(
          "partial_images",
          "There are 0 to %d partial images, not %d."
              .formatted(MOST_PARTIAL_IMAGES, partialImages));
    }
    if (Boolean.TRUE.equals(stream) && n != null && n != 1) {
      throw new RefusedException("n", "Only one picture can be streamed; leave n out.");
    }
  }

  private static void requireOneOf(String field, String value, List<String> known) {
    if (value != null && !known.contains(value)) {
      throw new RefusedException(
          field, "The %s is %s, not '%s'.".formatted(field, String.join(" or ", known), value));
    }
  }

  /** Whether pictures are given as addresses: as of DALL-E where nothing is said. */
  boolean wantsUrls() {
    return responseFormat == null
        ? model != null && model.startsWith("dall-e-")
        : responseFormat.equals("url");
  }

  /** Whether events are wanted rather than one answer. */
  boolean isStreamed() {
    return Boolean.TRUE.equals(stream);
  }

  /** The name that is meant in the catalog; null for the default. */
  String servedModel() {
    return model != null && model.matches("(dall-e|gpt-image|chatgpt-image)-.+") ? null : model;
  }

  /** The pictures that are wanted. */
  ImageRequest asImages() {
    if (strength != null) {
      throw new RefusedException(
          "strength", "The strength is that of an edit; leave it out, or use /v1/images/edits.");
    }
    return asImages(null, null);
  }

  /**
   * The pictures that are wanted, made of one.
   *
   * @param image a file's bytes
   * @param mask a PNG file's bytes, white where it is painted anew; null to change all of it
   */
  ImageRequest asImages(byte[] image, byte[] mask) {
    Integer width = null;
    Integer height = null;
    if (size != null && !size.equals(AUTO)) {
      Matcher sides = SIZE.matcher(size);
      sides.matches();
      width = Integer.valueOf(sides.group(1));
      height = Integer.valueOf(sides.group(2));
    }
    return new ImageRequest(
        prompt,
        negativePrompt,
        servedModel(),
        width,
        height,
        numInferenceSteps,
        guidanceScale,
        guidanceRescale,
        clipSkip,
        scheduler,
        seed,
        n,
        false,
        light,
        image == null ? null : base64(image),
        mask == null ? null : base64(mask),
        strength);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
