package io.chiaroscuro.server;

import io.chiaroscuro.server.json.DataUrl;
import java.util.List;
import java.util.random.RandomGenerator;

/** What clients put where something else belongs. */
final class NastyValues {

  private static final byte[] INFLATING = PngBytes.withInflatingText(50_000_000);

  private static final List<String> JSON =
      List.of(
          "null",
          "true",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "{\"\": 1}",
          "\"\"",
          "\" \"",
          "\"\\u0000\"",
          "\"a\\nb\\r\\tc\"",
          "\"\\ud800\"",
          "\"\\udfff\\ud800\"",
          "\"\\ufeff\\u202e\\u2028\"",
          "0",
          "-0.0",
          "-1",
          "1",
          "3",
          "1.5",
          "31",
          "33",
          "65",
          "2147483647",
          "2147483648",
          "-2147483648",
          "9007199254740993",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "1e308",
          "1e309",
          "-1e999999999",
          "1e-999999999",
          "NaN",
          "Infinity",
          "\"NaN\"",
          "\"Infinity\"",
          "\"1\"",
          "\"0x10\"",
          "\"true\"",
          "\"../../etc/passwd\"",
          "\"/etc/passwd\"",
          "\"file:///etc/passwd\"",
          "\"C:\\\\x\"",
          "\"studio.db\"",
          "\"..\"",
          "\"%00\"",
          "\"' OR 1=1 --\"",
          "\"${jndi:ldap://127.0.0.1/a}\"",
          "\"<script>alert(1)</script>\"",
          "\"((((((((((a:1.5)\"",
          "\"(a:1e999)\"",
          "\"[a:b:0.5]\"",
          "\"%s%n%d\"",
          "\"data:image/png;base64,\"",
          "\"data:image/png;base64,AAAA\"",
          "\"data:;base64,====\"",
          "\"#12345\"",
          "\"999999x999999\"",
          "\"0x0\"");

  private static final List<String> PATHS =
      List.of(
          "..",
          "../..",
          "..%2f..%2fstudio.db",
          "%2e%2e",
          "%2e%2e%2fetc%2fpasswd",
          "..%5c..%5cx",
          "..;/x",
          ".",
          "%00",
          "a%00.png",
          "%ff%fe",
          "%zz",
          "%",
          "%u0041",
          "a%0d%0aX-Injected:%201",
          "%20",
          "+",
          "~",
          "a;b=c",
          "%F0%9F%98%80",
          "%ed%a0%80",
          "%c0%ae%c0%ae",
          "null",
          "-1",
          "0",
          "99999999999999999999",
          "'%20OR%201=1--",
          "<x>",
          "{id}",
          "*",
          "%252e%252e%252f",
          "aux",
          "chiaroscuro-demo%2f..",
          "chiaroscuro-demo");

  private NastyValues() {}

  /** A JSON value, or what looks like one. */
  static String json(RandomGenerator random) {
    return switch (random.nextInt(12)) {
      case 0 -> '"' + "x".repeat(1 << random.nextInt(8, 17)) + '"';
      case 1 -> "9".repeat(random.nextInt(20, 1200));
      case 2 -> '"' + DataUrl.png(picture(random)) + '"';
      case 3 -> nested(random.nextInt(900, 1100));
      case 4 -> "[" + "0,".repeat(random.nextInt(1, 3000)) + "0]";
      default -> JSON.get(random.nextInt(JSON.size()));
    };
  }

  /** Lists within lists, or objects within objects. */
  static String nested(int depth) {
    return depth % 2 == 0
        ? "[".repeat(depth) + "]".repeat(depth)
        : "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
  }

  /** Bytes that claim to be a picture. */
  static byte[] picture(RandomGenerator random) {
    return switch (random.nextInt(9)) {
      case 0 -> PngBytes.claiming(20_000, 20_000);
      case 1 -> PngBytes.claiming(Integer.MAX_VALUE, Integer.MAX_VALUE);
      case 2 -> PngBytes.claiming(random.nextInt(), random.nextInt());
      case 3 -> PngBytes.claiming(0, 1);
      case 4 -> PngBytes.claiming(1000, 1000);
      case 5 -> INFLATING;
      case 6 -> PngBytes.withEndlessChunk();
      case 7 -> new byte[0];
      default -> {
        byte[] noise = new byte[random.nextInt(1, 2000)];
        random.nextBytes(noise);
        byte[][] signatures = {
          {'G', 'I', 'F', '8', '9', 'a'}, {-1, -40, -1}, {'B', 'M'}, {'R', 'I'}
        };
        byte[] signature = signatures[random.nextInt(signatures.length)];
        System.arraycopy(signature, 0, noise, 0, Math.min(noise.length, signature.length));
        yield noise;
      }
    };
  }

  /** A part of a path. */
  static String path(RandomGenerator random) {
    return random.nextInt(20) == 0
        ? "x".repeat(random.nextInt(100, 20_000))
        : PATHS.get(random.nextInt(PATHS.size()));
  }

  /** A value in a query, or of a form's field. */
  static String text(RandomGenerator random) {
    return switch (random.nextInt(8)) {
      case 0 -> path(random);
      case 1 -> "x".repeat(random.nextInt(1, 4000));
      default -> {
        String json = JSON.get(random.nextInt(JSON.size()));
        yield json.startsWith("\"") ? json.substring(1, json.length() - 1) : json;
      }
    };
  }
}
