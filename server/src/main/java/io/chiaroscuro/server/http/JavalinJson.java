package io.chiaroscuro.server.http;

import io.chiaroscuro.server.json.Json;
import io.javalin.json.JsonMapper;
import java.lang.reflect.Type;

/** Answers are written as {@link Json} writes; what comes in is read by {@link Body}. */
public final class JavalinJson implements JsonMapper {

  @Override
  public String toJsonString(Object value, Type type) {
    return Json.write(value);
  }
}
