package io.chiaroscuro.server.http;

import io.chiaroscuro.server.json.Json;
import io.chiaroscuro.server.json.RefusedException;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** What clients send, never more than is taken. */
public final class Body {

  private final long maxBytes;

  /**
   * @param maxBytes of a body
   */
  public Body(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * The body as JSON.
   *
   * @throws Problem if it is too large
   * @throws RefusedException if it is not what {@code type} has
   */
  public <T> T json(Context ctx, Class<T> type) {
    return Json.read(bytes(ctx), type);
  }

  /** The whole body. */
  public byte[] bytes(Context ctx) {
    requireFits(ctx);
    try (InputStream in = ctx.req().getInputStream()) {
      return limited(in, maxBytes);
    } catch (IOException e) {
      throw new Problem(400, "The body ends too early; send all of it.");
    }
  }

  /** A file of a multipart form. */
  public record File(String name, byte[] bytes) {}

  /**
   * The files of a multipart form under this name.
   *
   * @throws RefusedException if there is none
   */
  public List<File> files(Context ctx, String field) {
    List<File> files = filesIfAny(ctx, field);
    if (files.isEmpty()) {
      throw new RefusedException(field, "There is no file in the field '%s'.".formatted(field));
    }
    return files;
  }

  /** The files of a multipart form under this name, which may be none. */
  public List<File> filesIfAny(Context ctx, String field) {
    requireForm(ctx);
    List<File> files = new ArrayList<>();
    long left = maxBytes;
    for (UploadedFile file : uploaded(ctx, field)) {
      try (InputStream in = file.content()) {
        byte[] bytes = limited(in, left);
        left -= bytes.length;
        files.add(new File(file.filename(), bytes));
      } catch (IOException e) {
        throw new Problem(400, "The form ends too early; send all of it.");
      }
    }
    return files;
  }

  /**
   * A field of a form; empty where it is not given.
   *
   * @throws Problem if the form cannot be understood
   */
  public Optional<String> field(Context ctx, String name) {
    return Optional.ofNullable(understood(ctx, () -> ctx.formParam(name)));
  }

  /** The fields of a multipart form that are no files; of several with one name the first. */
  public Map<String, String> fields(Context ctx) {
    requireForm(ctx);
    Map<String, String> fields = new LinkedHashMap<>();
    understood(ctx, ctx::formParamMap)
        .forEach((name, texts) -> texts.stream().findFirst().ifPresent(t -> fields.put(name, t)));
    return fields;
  }

  private void requireForm(Context ctx) {
    if (!ctx.isMultipartFormData()) {
      throw new Problem(415, "This is no form; send multipart/form-data.");
    }
    requireFits(ctx);
  }

  private static List<UploadedFile> uploaded(Context ctx, String field) {
    return understood(ctx, () -> ctx.uploadedFiles(field));
  }

  private static <T> T understood(Context ctx, Callable<T> form) {
    try {
      return form.call();
    } catch (Exception e) {
      // Whatever Jetty throws at a form that is none, checked exceptions unannounced among it. It
      // closes the connection, since it cannot tell where the next request begins, and does not
      // say.
      ctx.header("Connection", "close");
      throw new Problem(400, "This form cannot be understood, or is too large; send it again.");
    }
  }

  private void requireFits(Context ctx) {
    if (ctx.req().getContentLengthLong() > maxBytes) {
      discard(ctx);
      throw tooLarge();
    }
  }

  /** A client that still sends does not hear the answer; so it is let finish, within reason. */
  private void discard(Context ctx) {
    ctx.header("Connection", "close");
    try (InputStream in = ctx.req().getInputStream()) {
      for (long left = 2 * maxBytes, skipped = 1; left > 0 && skipped > 0; left -= skipped) {
        skipped = in.skip(left);
      }
    } catch (IOException e) {
      // Then it does not want to hear.
    }
  }

  private byte[] limited(InputStream in, long most) throws IOException {
    byte[] bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, most + 1));
    if (bytes.length > most) {
      throw tooLarge();
    }
    return bytes;
  }

  private Problem tooLarge() {
    return new Problem(413, "The body is larger than %d bytes; send less.".formatted(maxBytes));
  }
}
