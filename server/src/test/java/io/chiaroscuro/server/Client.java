package io.chiaroscuro.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Speaks HTTP with a Studio, as any client would. */
final class Client {

  /** An answer. */
  record Answer(int status, byte[] body, HttpResponse<?> response) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new AssertionError(new String(body, StandardCharsets.UTF_8), e);
      }
    }

    String message() {
      return json().at("/error/message").asText();
    }

    String field() {
      return json().at("/error/field").asText();
    }
  }

  /** A server-sent event. */
  record Event(String name, JsonNode data) {}

  /** A file of a form. */
  record Part(String field, String fileName, byte[] bytes) {}

  private static final JsonMapper JSON = new JsonMapper();

  static {
    // The server closes a connection after 30 idle seconds; a client that keeps it as long may send
    // its next request just then, and nobody can tell whether that one was read.
    System.setProperty("jdk.httpclient.keepalive.timeout", "15");
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final String url;

  Client(int port) {
    this.url = "http://127.0.0.1:" + port;
  }

  Answer get(String path, String... headers) {
    return send(request(path, headers).GET().build());
  }

  Answer delete(String path) {
    return send(request(path).DELETE().build());
  }

  Answer post(String path, String json, String... headers) {
    return send(
        request(path, headers)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build());
  }

  Answer post(String path, List<Part> files, Map<String, String> fields, String... headers) {
    String boundary = "----chiaroscuro";
    var body = new ByteArrayOutputStream();
    fields.forEach(
        (name, value) ->
            write(
                body,
                "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                    .formatted(boundary, name, value)));
    for (Part file : files) {
      write(
          body,
          "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: application/octet-stream\r\n\r\n"
              .formatted(boundary, file.field(), file.fileName()));
      body.writeBytes(file.bytes());
      write(body, "\r\n");
    }
    write(body, "--%s--\r\n".formatted(boundary));
    return send(
        request(path, headers)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build());
  }

  private static void write(ByteArrayOutputStream body, String text) {
    body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Submits a job and waits for its end; returns the job. */
  JsonNode finish(String json) {
    return finish("/api/jobs", json);
  }

  JsonNode finish(String path, String json) {
    Answer submitted = post(path, json);
    if (submitted.status() != 202) {
      throw new AssertionError(submitted.status() + ": " + submitted.message());
    }
    return end(submitted.json().get("id").asText());
  }

  /** Waits for a job's end; returns the job. */
  JsonNode end(String job) {
    events(job);
    return get("/api/jobs/" + job).json();
  }

  /** All events of a job up to its end. */
  List<Event> events(String job) {
    try {
      List<Event> events = new ArrayList<>();
      var response =
          http.send(request("/api/jobs/" + job + "/events").build(), BodyHandlers.ofInputStream());
      try (var lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        String name = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("event: ")) {
            name = line.substring(7);
          } else if (line.startsWith("data: ")) {
            events.add(new Event(name, JSON.readTree(line.substring(6))));
          }
        }
      }
      return events;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Opens the events of a job, to go away by closing them. */
  InputStream watch(String job) {
    try {
      return http.send(
              request("/api/jobs/" + job + "/events").build(), BodyHandlers.ofInputStream())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpRequest.Builder request(String path, String... headers) {
    var builder = HttpRequest.newBuilder(URI.create(url + path));
    return headers.length == 0 ? builder : builder.headers(headers);
  }

  private Answer send(HttpRequest request) {
    try {
      var response = http.send(request, BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.body(), response);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(request.method() + " " + request.uri(), e);
    }
  }
}
