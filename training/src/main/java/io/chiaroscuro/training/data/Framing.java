package io.chiaroscuro.training.data;

import io.chiaroscuro.image.ImageSize;

/** The rule by which pictures of all sizes become pictures of few. Its text names it in caches. */
public sealed interface Framing permits OneSize, AspectRatioBuckets, ShrinkingBuckets {

  /** What becomes of a picture of that size. */
  Frame frame(ImageSize original);
}
