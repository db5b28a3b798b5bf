package io.chiaroscuro.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chiaroscuro.server.job.ImageRequest;
import io.chiaroscuro.server.light.LightSettings;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenApiTest {

  @Test
  void describesAllThatCanBeAsked(@TempDir Path folder) {
    try (var studio = Studio.start(StudioConfig.local(folder))) {
      JsonNode document = new Client(studio.port()).get("/openapi.json").json();

      Set<String> described = new TreeSet<>();
      document
          .get("paths")
          .properties()
          .forEach(
              path ->
                  path.getValue()
                      .fieldNames()
                      .forEachRemaining(
                          method ->
                              described.add(
                                  method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
      Set<String> asked = new TreeSet<>(studio.routes());
      asked.removeIf(route -> route.equals("GET /") || route.startsWith("GET /page/"));
      assertThat(described).isEqualTo(asked);

      JsonNode schemas = document.at("/components/schemas");
      assertThat(properties(schemas, "ImageRequest")).isEqualTo(names(ImageRequest.class));
      assertThat(properties(schemas, "Light")).isEqualTo(names(LightSettings.class));
      document
          .findValuesAsText("$ref")
          .forEach(
              ref -> assertThat(document.at(ref.substring(1)).isMissingNode()).as(ref).isFalse());
    }
  }

  private static Set<String> properties(JsonNode schemas, String name) {
    Set<String> properties = new TreeSet<>();
    schemas.get(name).get("properties").fieldNames().forEachRemaining(properties::add);
    return properties;
  }

  private static Set<String> names(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .map(name -> name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
