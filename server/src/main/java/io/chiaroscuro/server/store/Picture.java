package io.chiaroscuro.server.store;

import io.chiaroscuro.server.job.ImageRequest;
import java.time.Instant;

/**
 * A picture in the gallery.
 *
 * @param job that made it
 * @param shows {@code with} or {@code without} the leak, the {@code leak} itself, or the {@code
 *     initial} latents
 * @param brightness mean over all pixels and channels, 0 to 1
 * @param request what alone makes it again
 */
public record Picture(
    String id,
    String job,
    Instant created,
    int width,
    int height,
    String shows,
    double brightness,
    ImageRequest request) {}
