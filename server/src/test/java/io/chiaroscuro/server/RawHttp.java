package io.chiaroscuro.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Sends bytes that need not be HTTP, each time on a connection of its own. */
final class RawHttp {

  /** How a client leaves. */
  enum Leaving {
    /** It waits for the answer. */
    STAYS,
    /** It says that it has no more to send, and waits. */
    HALF_CLOSES,
    /** It goes away without an answer. */
    GOES
  }

  /**
   * What came back.
   *
   * @param status 0 if nothing did
   */
  record Answer(int status, String head, byte[] body) {
    static final Answer NONE = new Answer(0, "", new byte[0]);

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private static final int PATIENCE_MILLIS = 60_000;

  private final int port;

  RawHttp(int port) {
    this.port = port;
  }

  /** A server may refuse before it has read all, and then it does not matter that it was not. */
  Answer send(byte[] request, Leaving leaving) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      try {
        socket.getOutputStream().write(request);
        if (leaving == Leaving.GOES) {
          return Answer.NONE;
        }
        if (leaving == Leaving.HALF_CLOSES) {
          socket.shutdownOutput();
        }
      } catch (IOException e) {
        // It refused already; the answer may be there.
      }
      return read(socket.getInputStream());
    }
  }

  private static Answer read(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try {
      in.transferTo(bytes);
    } catch (SocketException e) {
      // Reset: what came before counts.
    }
    return parse(bytes.toString(StandardCharsets.ISO_8859_1));
  }

  private static Answer parse(String answer) {
    String rest = answer;
    while (true) {
      int end = rest.indexOf("\r\n\r\n");
      if (!rest.startsWith("HTTP/1.") || end < 0) {
        return Answer.NONE;
      }
      String head = rest.substring(0, end);
      int status = Integer.parseInt(head.substring(9, 12));
      rest = rest.substring(end + 4);
      if (status >= 200) {
        boolean isChunked = head.toLowerCase(Locale.ROOT).contains("encoding: chunked");
        String body = isChunked ? joined(rest) : rest;
        return new Answer(status, head, body.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
  }

  private static String joined(String chunks) {
    var body = new StringBuilder();
    int at = 0;
    for (int end = chunks.indexOf("\r\n"); end > at; end = chunks.indexOf("\r\n", at)) {
      int length = Integer.parseInt(chunks.substring(at, end), 16);
      body.append(chunks, end + 2, Math.min(chunks.length(), end + 2 + length));
      at = end + 2 + length + 2;
      if (length == 0 || at >= chunks.length()) {
        break;
      }
    }
    return body.toString();
  }
}
