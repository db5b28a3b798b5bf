package io.chiaroscuro.server.api;

import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.store.Picture;

/** A picture of the gallery, as clients see it. */
record PictureView(
    String id,
    String job,
    String created,
    int width,
    int height,
    String shows,
    long seed,
    double brightness,
    String png,
    ImageRequest request) {

  static PictureView of(Picture picture) {
    return new PictureView(
        picture.id(),
        picture.job(),
        picture.created().toString(),
        picture.width(),
        picture.height(),
        picture.shows(),
        picture.request().seed(),
        picture.brightness(),
        "/api/pictures/%s/png".formatted(picture.id()),
        picture.request());
  }
}
