package io.chiaroscuro.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.chiaroscuro.server.RawHttp.Leaving;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Requests as they should not be, the same ones for the same seed. */
final class MalformedRequests {

  /** Which of a request's parts is spoilt. */
  enum Spoilt {
    METHOD,
    PATH,
    QUERY,
    HEADERS,
    JSON_BYTES,
    JSON_VALUE,
    JSON_FIELDS,
    JSON_DEPTH,
    CONTENT_TYPE,
    FORM_FIELDS,
    FORM_FILES,
    FORM_BYTES,
    LENGTH,
    CHUNKS,
    PROTOCOL
  }

  /**
   * A request.
   *
   * @param path that it is for; empty where that cannot be told
   * @param leaving what its client does when it is sent
   */
  record Request(Spoilt spoilt, String path, byte[] bytes, Leaving leaving) {
    @Override
    public String toString() {
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      return spoilt + ": " + text.substring(0, Math.min(700, text.length()));
    }
  }

  private static final JsonMapper JSON = new JsonMapper();
  private static final String BOUNDARY = "----chiaroscuro";
  private static final String FORM = "multipart/form-data; boundary=" + BOUNDARY;

  private static final List<String> METHODS =
      List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get");

  private static final List<String> PARAMETERS =
      List.of(
          "limit", "before", "seed", "model", "steps", "scheduler", "upload", "0", "k", "light");

  private final long seed;
  private final List<String> routes;
  private final Map<String, ValidRequests.Body> bodies;
  private final List<String> ids;
  private final int maxBodyBytes;

  /**
   * @param routes as in {@code GET /api/jobs/{id}}
   * @param bodies valid ones by route
   * @param ids of jobs, pictures and what else there is
   */
  MalformedRequests(
      long seed,
      Set<String> routes,
      Map<String, ValidRequests.Body> bodies,
      List<String> ids,
      int maxBodyBytes) {
    this.seed = seed;
    this.routes = List.copyOf(routes);
    this.bodies = bodies;
    this.ids = ids;
    this.maxBodyBytes = maxBodyBytes;
  }

  /** The request of that number. */
  Request get(int number) {
    var random = new SplittableRandom(seed * 1_000_003 + number);
    Spoilt spoilt = Spoilt.values()[number % Spoilt.values().length];
    return switch (spoilt) {
      case METHOD -> {
        String path = path(any(random, routes), random, 0);
        yield request(spoilt, any(random, METHODS), path, "", new byte[0]);
      }
      case PATH -> {
        String route = any(random, routes);
        yield bodied(spoilt, route, path(route, random, 1), random);
      }
      case QUERY -> {
        String route = any(random, routes);
        yield bodied(spoilt, route, path(route, random, 0) + query(random), random);
      }
      case HEADERS -> headers(random);
      case JSON_BYTES -> json(random, text -> spoiltBytes(text, random), spoilt);
      case JSON_VALUE -> json(random, text -> utf8(withNastyValue(text, random)), spoilt);
      case JSON_FIELDS -> json(random, text -> utf8(withOtherFields(text, random)), spoilt);
      case JSON_DEPTH -> json(random, text -> utf8(withDepth(text, random)), spoilt);
      case CONTENT_TYPE -> contentType(random);
      case FORM_FIELDS, FORM_FILES, FORM_BYTES -> form(spoilt, random);
      case LENGTH -> length(random);
      case CHUNKS -> chunks(random);
      case PROTOCOL -> protocol(random);
    };
  }

  private Request bodied(Spoilt spoilt, String route, String path, RandomGenerator random) {
    var body = bodies.getOrDefault(route, ValidRequests.Body.EMPTY);
    byte[] bytes = bytes(body, random);
    String type = body.isForm() ? FORM : "application/json";
    return request(spoilt, method(route), path, "Content-Type: " + type + "\r\n", bytes);
  }

  /** Mostly spoilt as well: what is valid takes its time. */
  private static byte[] bytes(ValidRequests.Body body, RandomGenerator random) {
    if (body.isForm()) {
      return form(random.nextInt(4) == 0 ? body : withOtherFiles(body, random));
    }
    boolean staysValid = body.json().isEmpty() || random.nextInt(8) == 0;
    return utf8(staysValid ? body.json() : withNastyValue(body.json(), random));
  }

  private static Request request(
      Spoilt spoilt, String method, String path, String headers, byte[] body) {
    return raw(
        spoilt,
        path,
        "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n"
            .formatted(method, path, body.length, headers),
        body,
        Leaving.STAYS);
  }

  private static Request raw(
      Spoilt spoilt, String path, String head, byte[] body, Leaving leaving) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    return new Request(spoilt, path, bytes.toByteArray(), leaving);
  }

  /** A route's path, with something in its places: what there is, or nothing good. */
  private String path(String route, RandomGenerator random, int nasty) {
    String path = route.substring(route.indexOf(' ') + 1);
    while (path.contains("{")) {
      String part = random.nextInt(3) < nasty * 2 ? NastyValues.path(random) : any(random, ids);
      path =
          path.substring(0, path.indexOf('{'))
              + part.replace("{", "%7B").replace("}", "%7D")
              + path.substring(path.indexOf('}') + 1);
    }
    if (nasty > 0 && random.nextInt(3) == 0) {
      int at = random.nextInt(path.length()) + 1;
      path = path.substring(0, at) + NastyValues.path(random) + path.substring(at);
    }
    return path.replace(" ", "%20");
  }

  private static String query(RandomGenerator random) {
    var query = new StringBuilder("?");
    int count = random.nextInt(30) == 0 ? 2500 : random.nextInt(1, 4);
    for (int i = 0; i < count; i++) {
      String value = count > 4 ? "1" : NastyValues.text(random);
      query.append(count > 4 ? "p" + i : any(random, PARAMETERS)).append('=');
      query.append(
          random.nextInt(4) == 0
              ? value.replaceAll("[^\\x21-\\x7e]", "%")
              : URLEncoder.encode(value, StandardCharsets.UTF_8));
      query.append('&');
    }
    return query.toString();
  }

  private Request headers(RandomGenerator random) {
    String route = any(random, routes);
    String path = path(route, random, 0);
    String nasty =
        switch (random.nextInt(16)) {
          case 0 -> "X-Long: " + "x".repeat(random.nextInt(1000, 40_000)) + "\r\n";
          case 1 -> "X-Many: 1\r\n".repeat(random.nextInt(100, 2000));
          case 2 -> "no colon\r\n";
          case 3 -> "X-Nul: a\0b\r\n";
          case 4 -> "Host: 127.0.0.1\r\n";
          case 5 -> "Origin: " + NastyValues.text(random).replaceAll("[\\x00-\\x1f]", "") + "\r\n";
          case 6 -> "Expect: " + (random.nextBoolean() ? "100-continue" : "miracles") + "\r\n";
          case 7 -> "Transfer-Encoding: gzip\r\n";
          case 8 -> "Accept: \u0001\u0002;;q=x\r\nAccept-Encoding: ,,,\r\n";
          case 9 -> "Cookie: chiaroscuro_key=; ;;=\"\r\nAuthorization: Bearer\r\n";
          case 10 -> "Range: bytes=5-1,-,a\r\nIf-Modified-Since: yesterday\r\n";
          case 11 -> "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: x\r\n";
          case 12 -> "Upgrade: h2c\r\nHTTP2-Settings: AAAA\r\n";
          case 13 -> " folded: header\r\n";
          case 14 -> "X-Http-Method-Override: BREW\r\nContent-Encoding: gzip\r\n";
          default -> "Content-Length: 5\r\n";
        };
    return request(Spoilt.HEADERS, method(route), path, nasty, new byte[0]);
  }

  /** A text that is made of a valid JSON body. */
  private interface Spoiler {
    byte[] spoil(String json);
  }

  private Request json(RandomGenerator random, Spoiler spoiler, Spoilt spoilt) {
    String route = withBody(random, false);
    byte[] body = spoiler.spoil(bodies.get(route).json());
    return request(
        spoilt, method(route), path(route, random, 0), "Content-Type: application/json\r\n", body);
  }

  private String withBody(RandomGenerator random, boolean isForm) {
    List<String> fitting =
        bodies.entrySet().stream()
            .filter(entry -> entry.getValue().isForm() == isForm)
            .filter(entry -> !entry.getValue().equals(ValidRequests.Body.EMPTY))
            .map(Map.Entry::getKey)
            .collect(Collectors.toList());
    String route = any(random, fitting);
    // What takes long where it happens to be valid is tried less often.
    return route.equals("POST /api/explore/wavelengths") && random.nextInt(6) > 0
        ? withBody(random, isForm)
        : route;
  }

  private static byte[] spoiltBytes(String json, RandomGenerator random) {
    return spoiltBytes(utf8(json), random);
  }

  private static byte[] spoiltBytes(byte[] bytes, RandomGenerator random) {
    byte[] spoilt = bytes.clone();
    if (random.nextInt(3) == 0) {
      return Arrays.copyOf(spoilt, random.nextInt(spoilt.length));
    }
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      int at = random.nextInt(spoilt.length);
      spoilt[at] =
          (byte)
              (random.nextBoolean()
                  ? random.nextInt(256)
                  : "{}[],:\"\\\0".charAt(random.nextInt(9)));
    }
    return spoilt;
  }

  private static String withNastyValue(String json, RandomGenerator random) {
    JsonNode tree = tree(json);
    List<Runnable> places = new ArrayList<>();
    collect(tree, new RawValue(NastyValues.json(random)), places);
    any(random, places).run();
    return tree.toString();
  }

  /** All places in a tree where {@code value} could be put. */
  private static void collect(JsonNode tree, RawValue value, List<Runnable> places) {
    if (tree instanceof ObjectNode object) {
      object
          .properties()
          .forEach(
              field -> {
                places.add(() -> object.putRawValue(field.getKey(), value));
                collect(field.getValue(), value, places);
              });
    } else if (tree instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int at = i;
        places.add(() -> array.set(at, array.rawValueNode(value)));
        collect(array.get(i), value, places);
      }
    }
  }

  private static String withOtherFields(String json, RandomGenerator random) {
    ObjectNode tree = (ObjectNode) tree(json);
    List<String> names = new ArrayList<>();
    tree.fieldNames().forEachRemaining(names::add);
    String name = any(random, names);
    return switch (random.nextInt(4)) {
      case 0 -> {
        tree.remove(name);
        yield tree.toString();
      }
      case 1 -> tree.toString().replaceFirst("\\{", "{\"" + name + "\": 1, ");
      case 2 -> {
        tree.set(NastyValues.text(random), tree.remove(name));
        yield tree.toString();
      }
      default ->
          random.nextBoolean()
              ? "[" + tree + "]"
              : tree.putRawValue(name + "x", new RawValue(NastyValues.json(random))).toString();
    };
  }

  private static String withDepth(String json, RandomGenerator random) {
    String nested = NastyValues.nested(random.nextInt(4) == 0 ? 20_000 : random.nextInt(900, 1010));
    if (random.nextInt(4) == 0) {
      return nested;
    }
    ObjectNode tree = (ObjectNode) tree(json);
    List<String> names = new ArrayList<>();
    tree.fieldNames().forEachRemaining(names::add);
    return tree.putRawValue(any(random, names), new RawValue(nested)).toString();
  }

  private Request contentType(RandomGenerator random) {
    String route = withBody(random, random.nextBoolean());
    var body = bodies.get(route);
    byte[] bytes = bytes(body, random);
    List<String> types =
        List.of(
            "",
            "Content-Type:\r\n",
            "Content-Type: text/plain\r\n",
            "Content-Type: multipart/form-data\r\n",
            "Content-Type: multipart/form-data; boundary=\r\n",
            "Content-Type: multipart/form-data; boundary=" + "b".repeat(5000) + "\r\n",
            "Content-Type: multipart/mixed; boundary=x\r\n",
            "Content-Type: application/x-www-form-urlencoded\r\n",
            "Content-Type: application/x-www-form-urlencoded; charset=utf-99\r\n",
            "Content-Type: application/json; charset=utf-99\r\n",
            "Content-Type: application/json; charset=utf-16\r\n",
            "Content-Type: /;;=\r\n",
            "Content-Type: application/json\r\nContent-Type: text/html\r\n",
            "Content-Type: application/json\r\nContent-Encoding: br\r\n",
            "Content-Type: " + FORM + "\r\nContent-Transfer-Encoding: base64\r\n");
    return request(
        Spoilt.CONTENT_TYPE, method(route), path(route, random, 0), any(random, types), bytes);
  }

  private Request form(Spoilt spoilt, RandomGenerator random) {
    String route = withBody(random, true);
    byte[] body =
        switch (spoilt) {
          case FORM_FIELDS -> form(withOtherFields(bodies.get(route), random));
          case FORM_FILES -> form(withOtherFiles(bodies.get(route), random));
          default -> spoiltForm(form(bodies.get(route)), random);
        };
    return request(
        spoilt, method(route), path(route, random, 0), "Content-Type: " + FORM + "\r\n", body);
  }

  private static ValidRequests.Body withOtherFields(
      ValidRequests.Body body, RandomGenerator random) {
    Map<String, String> fields = new TreeMap<>(body.fields());
    List<String> names = new ArrayList<>(fields.keySet());
    names.addAll(List.of("n", "name", "image", "model", "light[strength]", "light[", "resolution"));
    for (int i = random.nextInt(1, 3); i > 0; i--) {
      fields.put(any(random, names), NastyValues.text(random));
    }
    return new ValidRequests.Body(null, fields, body.files());
  }

  private static ValidRequests.Body withOtherFiles(
      ValidRequests.Body body, RandomGenerator random) {
    List<ValidRequests.File> files = new ArrayList<>();
    for (ValidRequests.File file : body.files()) {
      byte[] bytes =
          random.nextInt(3) == 0 && file.bytes().length > 0
              ? spoiltBytes(file.bytes(), random)
              : NastyValues.picture(random);
      files.add(new ValidRequests.File(file.field(), bytes));
      if (random.nextInt(4) == 0) {
        String field = random.nextBoolean() ? "mask" : file.field() + "[]";
        files.add(new ValidRequests.File(field, NastyValues.picture(random)));
      }
    }
    return new ValidRequests.Body(null, body.fields(), files);
  }

  private static byte[] spoiltForm(byte[] form, RandomGenerator random) {
    String text = new String(form, StandardCharsets.ISO_8859_1);
    String spoilt =
        switch (random.nextInt(8)) {
          case 0 -> text.replace("form-data;", any(random, List.of("", "attachment;", "\0;")));
          case 1 -> text.replace("\r\n", random.nextBoolean() ? "\n" : "\r");
          case 2 -> text.replace("name=\"image", "name=\"" + "n".repeat(20_000));
          case 3 -> text.replace("; name=", "; X-" + "h".repeat(random.nextInt(9000)) + ": ");
          case 4 ->
              text.replaceFirst("--" + BOUNDARY, ("--" + BOUNDARY + "\r\n\r\n\r\n").repeat(1500));
          case 5 -> text.replace("filename=\"", "filename=\"../../../" + "f".repeat(300));
          case 6 -> text.substring(0, random.nextInt(text.length()));
          default -> text.replace("--" + BOUNDARY + "--", "");
        };
    return spoilt.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A body that is longer than it says, shorter, or longer than is taken. */
  private Request length(RandomGenerator random) {
    String route = withBody(random, random.nextInt(3) == 0);
    var body = bodies.get(route);
    byte[] bytes = bytes(body, random);
    String type = body.isForm() ? FORM : "application/json";
    String head =
        "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: %s\r\n"
            .formatted(method(route), path(route, random, 0), type);
    Leaving leaves = random.nextInt(3) == 0 ? Leaving.GOES : Leaving.HALF_CLOSES;
    String path = path(route, random, 0);
    return switch (random.nextInt(6)) {
      case 0 -> raw(Spoilt.LENGTH, path, head + "Content-Length: 99999\r\n\r\n", bytes, leaves);
      case 1 ->
          raw(
              Spoilt.LENGTH,
              path,
              head + "Content-Length: " + bytes.length / 2 + "\r\n\r\n",
              bytes,
              Leaving.STAYS);
      case 2 ->
          raw(
              Spoilt.LENGTH,
              path,
              head
                  + "Content-Length: "
                  + NastyValues.text(random).lines().findFirst().orElse("")
                  + "\r\n\r\n",
              bytes,
              Leaving.HALF_CLOSES);
      case 3 -> raw(Spoilt.LENGTH, path, head + "\r\n", bytes, Leaving.STAYS);
      default -> {
        byte[] tooLong = Arrays.copyOf(bytes, random.nextInt(maxBodyBytes, 2 * maxBodyBytes));
        if (!body.isForm()) {
          Arrays.fill(tooLong, bytes.length, tooLong.length, (byte) ' ');
        }
        if (random.nextBoolean()) {
          String chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
          yield raw(Spoilt.LENGTH, path, chunked, chunked(tooLong), Leaving.STAYS);
        }
        String length = head + "Content-Length: " + tooLong.length + "\r\n\r\n";
        yield raw(Spoilt.LENGTH, path, length, tooLong, Leaving.STAYS);
      }
    };
  }

  private static byte[] chunked(byte[] body) {
    var chunks = new ByteArrayOutputStream();
    for (int at = 0; at < body.length; at += 8192) {
      int length = Math.min(8192, body.length - at);
      chunks.writeBytes(utf8("%x\r\n".formatted(length)));
      chunks.write(body, at, length);
      chunks.writeBytes(utf8("\r\n"));
    }
    chunks.writeBytes(utf8("0\r\n\r\n"));
    return chunks.toByteArray();
  }

  private Request chunks(RandomGenerator random) {
    String route = withBody(random, random.nextInt(3) == 0);
    var body = bodies.get(route);
    byte[] bytes = bytes(body, random);
    String path = path(route, random, 0);
    String head =
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nContent-Type: %s\r\n"
            .formatted(path, body.isForm() ? FORM : "application/json");
    String whole = new String(chunked(bytes), StandardCharsets.ISO_8859_1);
    String spoilt =
        switch (random.nextInt(8)) {
          case 0 -> "zz\r\n" + whole;
          case 1 -> "ffffffffffffffff\r\n" + whole;
          case 2 -> "-1\r\n" + whole;
          case 3 -> whole.replaceFirst("\r\n", ";" + "e".repeat(9000) + "\r\n");
          case 4 -> whole.substring(0, random.nextInt(whole.length()));
          case 5 -> whole.replace("0\r\n\r\n", "0\r\nX: " + "t".repeat(20_000) + "\r\n\r\n");
          case 6 -> whole.replace("\r\n", "\n");
          default -> "0\r\n\r\n" + whole;
        };
    String both = random.nextInt(4) == 0 ? "Content-Length: 10\r\n" : "";
    byte[] chunks = spoilt.getBytes(StandardCharsets.ISO_8859_1);
    return raw(Spoilt.CHUNKS, path, head + both + "\r\n", chunks, Leaving.HALF_CLOSES);
  }

  private Request protocol(RandomGenerator random) {
    String route = any(random, routes);
    String path = path(route, random, 0);
    String rest = "Host: 127.0.0.1\r\nConnection: close\r\n\r\n";
    String text =
        switch (random.nextInt(14)) {
          case 0 -> "GET " + path + " HTTP/3.0\r\n" + rest;
          case 1 -> "GET " + path + " HTTP/1.0\r\n\r\n";
          case 2 -> "GET " + path + "\r\n";
          case 3 -> "GET  " + path + "  HTTP/1.1\r\n" + rest;
          case 4 -> "GET " + path + " HTTP/1.1\r\n\r\n";
          case 5 -> "GET " + path + " HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n\n";
          case 6 -> "GET http://example.com" + path + " HTTP/1.1\r\n" + rest;
          case 7 -> "CONNECT 127.0.0.1:80 HTTP/1.1\r\n" + rest;
          case 8 -> "OPTIONS * HTTP/1.1\r\n" + rest;
          case 9 -> "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
          case 10 -> "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003" + "x".repeat(200);
          case 11 -> "G".repeat(random.nextInt(10, 20_000)) + " / HTTP/1.1\r\n" + rest;
          case 12 -> "GET /" + "p".repeat(random.nextInt(8000, 30_000)) + " HTTP/1.1\r\n" + rest;
          default -> {
            byte[] noise = new byte[random.nextInt(1, 600)];
            random.nextBytes(noise);
            yield new String(noise, StandardCharsets.ISO_8859_1);
          }
        };
    return raw(Spoilt.PROTOCOL, "", text, new byte[0], Leaving.HALF_CLOSES);
  }

  private static byte[] form(ValidRequests.Body body) {
    var form = new ByteArrayOutputStream();
    body.fields()
        .forEach(
            (name, value) ->
                form.writeBytes(
                    utf8(
                        "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                            .formatted(BOUNDARY, name, value))));
    for (ValidRequests.File file : body.files()) {
      form.writeBytes(
          utf8(
              "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"a.png\"\r\n\r\n"
                  .formatted(BOUNDARY, file.field())));
      form.writeBytes(file.bytes());
      form.writeBytes(utf8("\r\n"));
    }
    form.writeBytes(utf8("--%s--\r\n".formatted(BOUNDARY)));
    return form.toByteArray();
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError(json, e);
    }
  }

  private static String method(String route) {
    return route.substring(0, route.indexOf(' '));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static <T> T any(RandomGenerator random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
