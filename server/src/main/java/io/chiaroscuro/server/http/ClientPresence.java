package io.chiaroscuro.server.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;

/**
 * Whether the client of a request that was read wholly still waits for the answer.
 *
 * <p>HTTP/1.1 has no word for going away: the connection ends, which shows when it is read. There
 * is nothing to be read from a client that waits, unless it sends its next request already; then
 * the connection is closed after the answer, and the client sends that request again (RFC 9112,
 * section 9.3.2).
 */
public final class ClientPresence {

  private final Context ctx;
  private final EndPoint connection;
  private boolean sentMore;

  public ClientPresence(Context ctx) {
    this.ctx = ctx;
    this.connection =
        ServletContextRequest.getServletContextRequest(ctx.req())
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint();
  }

  /** Whether the client has gone away. */
  public boolean isGone() {
    if (sentMore) {
      return !connection.isOpen();
    }
    ByteBuffer one = BufferUtil.allocate(1);
    try {
      int read = connection.fill(one);
      if (read > 0) {
        sentMore = true;
        ctx.header("Connection", "close");
      }
      return read < 0;
    } catch (IOException e) {
      return true;
    }
  }
}
