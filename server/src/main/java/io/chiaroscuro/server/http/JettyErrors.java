package io.chiaroscuro.server.http;

import io.chiaroscuro.server.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What is no HTTP, or too much of it, reaches no door; it gets a sentence all the same. */
public final class JettyErrors extends ErrorHandler {

  /** Jetty would tell nothing to whoever neither gets nor posts. */
  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected boolean generateAcceptableResponse(
      Request request,
      Response response,
      Callback callback,
      String contentType,
      List<Charset> charsets,
      int code,
      String message,
      Throwable cause) {
    // What Jetty does not implement, nobody should have asked for.
    int status = code == 501 || code == 505 ? 400 : code;
    response.setStatus(status);
    var problem = new Problem(status, "This is no request that can be understood; correct it.");
    byte[] body = Json.write(Door.ownShape(problem)).getBytes(StandardCharsets.UTF_8);
    // Jetty closes the connection, since it cannot tell where the next request begins.
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }
}
