package io.chiaroscuro.training.openmoji;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Pictures that are made when asked for, each a function of its number.
 *
 * @param length how many there are
 * @param picture makes the one with number 0 .. length - 1
 */
public record PictureSeries(int length, IntFunction<CaptionedPicture> picture) {

  static PictureSeries of(List<CaptionedPicture> pictures) {
    List<CaptionedPicture> copy = List.copyOf(pictures);
    return new PictureSeries(copy.size(), copy::get);
  }

  public Stream<CaptionedPicture> stream() {
    return IntStream.range(0, length).mapToObj(picture);
  }
}
