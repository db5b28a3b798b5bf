package io.chiaroscuro.server.openai;

import io.chiaroscuro.server.Studio;
import io.chiaroscuro.server.StudioConfig;
import java.nio.file.Path;
import java.util.Optional;

/** A server that wants a key, as one that other machines can reach does. */
final class KeyedStudio {

  static final String KEY = "sk-light-and-shade-0123456789";

  private KeyedStudio() {}

  static Studio start(Path folder) {
    StudioConfig local = StudioConfig.local(folder);
    return Studio.start(
        new StudioConfig(
            local.host(),
            local.port(),
            Optional.of(KEY),
            local.models(),
            local.modelsInMemory(),
            local.device(),
            local.dtype(),
            local.dataFolder(),
            local.runsFolder(),
            local.queueLength(),
            local.limits(),
            local.grace()));
  }
}
