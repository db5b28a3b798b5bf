package io.chiaroscuro.cli.demo;

import io.chiaroscuro.leak.LeakControls;
import io.chiaroscuro.leak.SignalLeak;
import io.chiaroscuro.pipeline.StableDiffusion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All that sections work with. Pictures that several of them look at are made once. */
final class Studio {

  private final StableDiffusion model;
  private final Reference reference;
  private final FineTunes fineTunes;
  private final DemoConfig config;
  private final Path outputDir;
  private final Painter painter;
  private List<Picture> fromWhiteNoise;
  private List<Picture> withLeak;

  Studio(
      StableDiffusion model,
      Reference reference,
      FineTunes fineTunes,
      DemoConfig config,
      Path outputDir,
      Painter painter) {
    this.model = model;
    this.reference = reference;
    this.fineTunes = fineTunes;
    this.config = config;
    this.outputDir = outputDir;
    this.painter = painter;
  }

  StableDiffusion model() {
    return model;
  }

  Reference reference() {
    return reference;
  }

  FineTunes fineTunes() {
    return fineTunes;
  }

  DemoConfig config() {
    return config;
  }

  Painter painter() {
    return painter;
  }

  PictureFiles files(Section section) {
    return new PictureFiles(outputDir, section.name());
  }

  /**
   * The first {@code count} things that the model can draw, from the first again after the last.
   */
  List<String> captions(int count) {
    List<String> known = reference.captions();
    List<String> captions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      captions.add(known.get(i % known.size()));
    }
    return captions;
  }

  /** Pictures that start as diffusers lets them, from noise alone. */
  List<Picture> fromWhiteNoise() {
    if (fromWhiteNoise == null) {
      fromWhiteNoise = painter.paint(Commission.fromNoise(captions(config.images())));
    }
    return fromWhiteNoise;
  }

  /** The same pictures from the same noise and a leak like the held-out pictures'. */
  List<Picture> withLeak() {
    if (withLeak == null) {
      SignalLeak leak = new SignalLeak(reference.heldOut().statistics(), LeakControls.NONE);
      withLeak = painter.paint(Commission.withLeak(captions(config.images()), leak));
    }
    return withLeak;
  }
}
