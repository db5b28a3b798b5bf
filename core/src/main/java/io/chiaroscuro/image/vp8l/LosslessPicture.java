package io.chiaroscuro.image.vp8l;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The pixels of lossless WebP, decoded as the "Specification for WebP Lossless Bitstream" says.
 *
 * @param argb 0xAARRGGBB, row by row
 */
public record LosslessPicture(int width, int height, int[] argb) {

  private static final int SIGNATURE = 0x2f;

  /**
   * Only the size: width, height.
   *
   * @param vp8l the content of a chunk {@code VP8L}
   */
  public static int[] size(byte[] vp8l) throws IOException {
    var in = new BitReader(vp8l);
    if (in.read(8) != SIGNATURE) {
      throw new IOException("it does not begin as lossless WebP does");
    }
    return new int[] {in.read(14) + 1, in.read(14) + 1};
  }

  /** The picture in a chunk {@code VP8L}; its alpha is 255 where it says that it has none. */
  public static LosslessPicture decode(byte[] vp8l) throws IOException {
    int[] size = size(vp8l);
    var in = new BitReader(Arrays.copyOfRange(vp8l, 4, vp8l.length));
    in.read(4); // the end of the height
    boolean hasAlpha = in.flag();
    in.read(3); // the version, always 0
    int[] argb = decode(in, size[0], size[1]);
    for (int i = 0; i < argb.length && !hasAlpha; i++) {
      argb[i] |= 0xff000000;
    }
    return new LosslessPicture(size[0], size[1], argb);
  }

  /** A picture without header, of which the size is known from elsewhere. */
  public static LosslessPicture decode(byte[] stream, int width, int height) throws IOException {
    return new LosslessPicture(width, height, decode(new BitReader(stream), width, height));
  }

  private static int[] decode(BitReader in, int width, int height) throws IOException {
    Deque<Transform> transforms = new ArrayDeque<>();
    int storedWidth = width;
    while (in.flag()) {
      if (transforms.size() == 4) {
        throw new IOException("it has more transforms than there are");
      }
      Transform transform = Transform.read(in, storedWidth, height);
      storedWidth = transform.storedWidth();
      transforms.push(transform);
    }
    int[] argb = EntropyCoded.readMain(in, storedWidth, height);
    for (Transform transform : transforms) {
      argb = transform.invert(argb, height);
    }
    return argb;
  }
}
