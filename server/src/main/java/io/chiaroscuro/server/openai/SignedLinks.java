package io.chiaroscuro.server.openai;

import io.chiaroscuro.server.http.Problem;
import io.chiaroscuro.server.store.Gallery;
import io.chiaroscuro.server.store.Picture;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Addresses of pictures that whoever has one may open for an hour, without a key, as those of
 * OpenAI: they are signed with a secret that ends with the server.
 */
final class SignedLinks {

  private static final String PATH = "/signed/";
  private static final Duration VALID = Duration.ofHours(1);
  private static final String ALGORITHM = "HmacSHA256";

  private final Gallery gallery;
  private final SecretKeySpec secret;

  SignedLinks(Gallery gallery) {
    this.gallery = gallery;
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.secret = new SecretKeySpec(random, ALGORITHM);
  }

  void addTo(RoutesConfig routes) {
    routes.get(PATH + "{expires}/{signature}/{id}.png", this::png);
  }

  /** The address of a picture, on the host by which the client knows the server. */
  String to(Picture picture, Context ctx) {
    String expires = String.valueOf(Instant.now().plus(VALID).getEpochSecond());
    // What a proxy before the server was asked by.
    boolean isSecure = "https".equals(ctx.header("X-Forwarded-Proto"));
    return "%s://%s%s%s/%s/%s.png"
        .formatted(
            isSecure ? "https" : ctx.scheme(),
            ctx.header("Host"),
            PATH,
            expires,
            signature(expires, picture.id()),
            picture.id());
  }

  private void png(Context ctx) {
    String expires = ctx.pathParam("expires");
    String id = ctx.pathParam("id");
    boolean isSigned =
        MessageDigest.isEqual(
            signature(expires, id).getBytes(StandardCharsets.UTF_8),
            ctx.pathParam("signature").getBytes(StandardCharsets.UTF_8));
    // Numbers alone are signed.
    if (!isSigned || Instant.now().getEpochSecond() > Long.parseLong(expires)) {
      throw new Problem(403, "This address is no longer valid; ask for the picture again.");
    }
    Picture picture =
        gallery
            .find(id)
            .orElseThrow(() -> Problem.notFound("This picture is no longer in the gallery."));
    ctx.contentType("image/png").result(gallery.png(picture));
  }

  private String signature(String expires, String id) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      byte[] signature = mac.doFinal((expires + "/" + id).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JVM has " + ALGORITHM + ".", e);
    }
  }
}
