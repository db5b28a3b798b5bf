package io.chiaroscuro.original;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.chiaroscuro.file.AtomicFile;
import java.nio.file.Path;

/** Settings as diffusers writes them. */
final class JsonFile {

  private JsonFile() {}

  static void write(Path file, JsonNode json) {
    AtomicFile.write(
        file,
        temporary ->
            new JsonMapper().writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), json));
  }
}
