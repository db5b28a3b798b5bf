package io.chiaroscuro.training.openmoji;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.image.RgbImage;
import java.awt.Component;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** A drawing in pixels, with what is transparent around it. */
public final class EmojiPicture {

  /**
   * The drawing's longer side, over the picture's: always the same, since small models memorise.
   */
  static final double FILL = 0.82;

  /** Finer than any picture's pixel, to find where a drawing ends. */
  private static final int PROBE = 576;

  /** An alpha of 0..255 that no eye sees. */
  private static final int FAINT = 8;

  private final int size;
  private final int[] argb;

  private EmojiPicture(int size, int[] argb) {
    this.size = size;
    this.argb = argb;
  }

  /**
   * Draws an SVG file in the middle of a square picture, its longer side {@value #FILL} of it.
   *
   * @param what named if the file is broken
   * @throws InvalidInputException if {@code svg} is no SVG document or draws nothing
   */
  public static EmojiPicture render(byte[] svg, String what, int size) {
    SVGDocument document = document(svg, what);
    Rectangle ink = ink(draw(document, PROBE, 0, 0, PROBE), PROBE);
    if (ink == null) {
      throw new InvalidInputException(
          "The drawing %s is empty; get OpenMoji afresh.".formatted(what));
    }
    double scale = FILL * size / Math.max(ink.getWidth(), ink.getHeight());
    int[] argb =
        draw(
            document,
            size,
            size / 2.0 - scale * ink.getCenterX(),
            size / 2.0 - scale * ink.getCenterY(),
            scale * PROBE);
    return new EmojiPicture(size, argb);
  }

  /**
   * Reads a drawing that was {@linkplain #write written}.
   *
   * @throws InvalidInputException if the file is no square image
   */
  public static EmojiPicture read(Path file) {
    BufferedImage image;
    try {
      image = ImageIO.read(file.toFile());
    } catch (IOException e) {
      throw new InvalidInputException(
          "Cannot read '%s' (%s); make the set anew with 'chiaroscuro dataset openmoji'."
              .formatted(file, Files.exists(file) ? AtomicFile.reason(e) : "no such file"),
          e);
    }
    if (image == null || image.getWidth() != image.getHeight()) {
      throw new InvalidInputException(
          "'%s' is no square image; make the set anew with 'chiaroscuro dataset openmoji'."
              .formatted(file));
    }
    int size = image.getWidth();
    return new EmojiPicture(size, image.getRGB(0, 0, size, size, null, 0, size));
  }

  private static SVGDocument document(byte[] svg, String what) {
    if (isWellFormedSvg(svg)) {
      SVGDocument document =
          new SVGLoader().load(new ByteArrayInputStream(svg), null, LoaderContext.createDefault());
      if (document != null) {
        return document;
      }
    }
    throw new InvalidInputException(
        "The drawing %s is no SVG document; get OpenMoji afresh.".formatted(what));
  }

  /** JSVG draws the first half of a broken file and prints a stack trace; so it gets whole ones. */
  private static boolean isWellFormedSvg(byte[] svg) {
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    try {
      XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(svg));
      xml.nextTag();
      boolean isSvg = xml.getLocalName().equals("svg");
      while (xml.hasNext()) {
        xml.next();
      }
      return isSvg;
    } catch (XMLStreamException e) {
      return false;
    }
  }

  private static int[] draw(
      SVGDocument document, int size, double left, double top, double viewSize) {
    var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.translate(left, top);
    document.render(
        (Component) null, graphics, new ViewBox(0, 0, (float) viewSize, (float) viewSize));
    graphics.dispose();
    return image.getRGB(0, 0, size, size, null, 0, size);
  }

  /** The least rectangle outside of which nothing is drawn; null where nothing is at all. */
  private static Rectangle ink(int[] argb, int size) {
    int left = size;
    int right = -1;
    int top = size;
    int bottom = -1;
    for (int i = 0; i < argb.length; i++) {
      if (argb[i] >>> 24 > FAINT) {
        left = Math.min(left, i % size);
        right = Math.max(right, i % size);
        top = Math.min(top, i / size);
        bottom = Math.max(bottom, i / size);
      }
    }
    return right < 0 ? null : new Rectangle(left, top, right - left + 1, bottom - top + 1);
  }

  /** Width and height. */
  public int size() {
    return size;
  }

  /** The part of the picture that is covered, in [0, 1]. */
  public double coverage() {
    long sum = 0;
    for (int pixel : argb) {
      sum += pixel >>> 24;
    }
    return sum / (255.0 * argb.length);
  }

  /** The drawing in another light: each channel times a factor in [0, 1]. */
  EmojiPicture lit(double red, double green, double blue) {
    int[] lit = new int[argb.length];
    for (int i = 0; i < argb.length; i++) {
      lit[i] =
          argb[i] & 0xff000000
              | (int) Math.rint((argb[i] >> 16 & 0xff) * red) << 16
              | (int) Math.rint((argb[i] >> 8 & 0xff) * green) << 8
              | (int) Math.rint((argb[i] & 0xff) * blue);
    }
    return new EmojiPicture(size, lit);
  }

  /** The drawing before a background, blended in sRGB as browsers do. */
  public RgbImage over(Background background) {
    byte[] rgb = new byte[3 * size * size];
    for (int i = 0; i < argb.length; i++) {
      int behind = background.colorAt(i % size, i / size, size);
      int alpha = argb[i] >>> 24;
      for (int channel = 0; channel < 3; channel++) {
        int shift = 16 - 8 * channel;
        int mixed = (argb[i] >> shift & 0xff) * alpha + (behind >> shift & 0xff) * (255 - alpha);
        rgb[3 * i + channel] = (byte) ((mixed + 127) / 255);
      }
    }
    return new RgbImage(size, size, rgb);
  }

  /**
   * Writes the drawing as an RGBA PNG file.
   *
   * @throws InvalidInputException if the file cannot be written
   */
  public void write(Path file) {
    var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, size, size, argb, 0, size);
    AtomicFile.write(
        file,
        temporary -> {
          // By way of memory: ImageIO would hide that a disk is full.
          var bytes = new ByteArrayOutputStream();
          ImageIO.write(image, "PNG", bytes);
          Files.write(temporary, bytes.toByteArray());
        });
  }
}
