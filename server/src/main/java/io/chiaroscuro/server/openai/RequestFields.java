package io.chiaroscuro.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.chiaroscuro.server.http.Body;
import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Set;

/**
 * The fields of a request, wherever they stand: in a JSON body, in a form, and, since some clients
 * let nothing else into the body than what they know, in the query.
 *
 * <p>Light is a field {@code light}, an object; or, for forms and queries, its parts alone: {@code
 * mean_color}, {@code leak} (the name of statistics), {@code light[strength]}.
 */
final class RequestFields {

  /** What is text in forms and queries, and JSON in a body. */
  private static final Set<String> NOT_TEXT =
      Set.of(
          "n",
          "stream",
          "partial_images",
          "output_compression",
          "num_inference_steps",
          "guidance_scale",
          "guidance_rescale",
          "clip_skip",
          "seed",
          "strength",
          "light");

  private static final Map<String, String> OF_LIGHT =
      Map.of("mean_color", "mean_color", "leak", "statistics");

  private final Body body;

  RequestFields(Body body) {
    this.body = body;
  }

  /** Of a JSON body and the query. */
  ImagesRequest ofJson(Context ctx) {
    return read(ctx, body.json(ctx, ObjectNode.class));
  }

  /** Of a form and the query. */
  ImagesRequest ofForm(Context ctx) {
    ObjectNode fields = Json.object();
    body.fields(ctx).forEach((name, text) -> put(fields, name, text));
    return read(ctx, fields);
  }

  private static ImagesRequest read(Context ctx, ObjectNode fields) {
    ObjectNode query = Json.object();
    // Of what cannot be decoded there is a name without a text.
    ctx.queryParamMap()
        .forEach((name, texts) -> texts.stream().findFirst().ifPresent(t -> put(query, name, t)));
    query.properties().forEach(field -> fields.putIfAbsent(field.getKey(), field.getValue()));
    OF_LIGHT.forEach((name, part) -> moveToLight(fields, name, part));
    return Json.read(fields, ImagesRequest.class);
  }

  private static void put(ObjectNode fields, String name, String text) {
    if (name.startsWith("light[") && name.endsWith("]")) {
      String part = name.substring("light[".length(), name.length() - 1);
      light(fields).set(part, part.equals("strength") ? json(name, text) : fields.textNode(text));
    } else {
      fields.set(name, NOT_TEXT.contains(name) ? json(name, text) : fields.textNode(text));
    }
  }

  private static void moveToLight(ObjectNode fields, String name, String part) {
    if (fields.has(name)) {
      light(fields).set(part, fields.remove(name));
    }
  }

  private static ObjectNode light(ObjectNode fields) {
    if (fields.path("light").isMissingNode()) {
      return fields.putObject("light");
    }
    if (fields.get("light") instanceof ObjectNode light) {
      return light;
    }
    throw new RefusedException("light", "The field 'light' is of another type; give an object.");
  }

  private static JsonNode json(String name, String text) {
    try {
      return Json.read(text, JsonNode.class);
    } catch (RefusedException e) {
      throw new RefusedException(
          name, "The field '%s' is of another type; give JSON, not text.".formatted(name));
    }
  }
}
