package io.chiaroscuro.server.job;

/**
 * What one request may ask for.
 *
 * @param maxSide of a picture to be made, in pixels
 * @param maxSteps of denoising
 * @param maxCount pictures of one request
 * @param maxBodyBytes of a request's body
 * @param maxUploadPixels of an uploaded picture, by its header, before it is decoded
 * @param maxUploads pictures in one request
 */
public record Limits(
    int maxSide,
    int maxSteps,
    int maxCount,
    long maxBodyBytes,
    long maxUploadPixels,
    int maxUploads) {

  public static final Limits DEFAULTS = new Limits(1024, 150, 16, 32L << 20, 64_000_000, 1000);
}
