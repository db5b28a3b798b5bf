package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.adapter.LoraWeight;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A LoRA as it is asked for: {@code NAME}, {@code NAME:WEIGHT}, or with a weight for either kind of
 * network, {@code NAME:unet=0.8:te=0.5}, as others write it too.
 *
 * @param name of a file or a folder
 * @param weight how much of it
 */
record WantedLora(String name, LoraWeight weight) {

  private static final Pattern NAMED = Pattern.compile("(.+):(unet|te)=([^:]*)");
  private static final Pattern PLAIN = Pattern.compile("(.+):([^:]*)");

  /**
   * @throws InvalidInputException if a weight is no number
   */
  static WantedLora parse(String argument) {
    String name = argument;
    LoraWeight weight = LoraWeight.FULL;
    Matcher named = NAMED.matcher(name);
    while (!isFile(name) && named.matches()) {
      double value = number(argument, named.group(1), named.group(3));
      weight =
          named.group(2).equals("unet")
              ? new LoraWeight(value, weight.textEncoder())
              : new LoraWeight(weight.unet(), value);
      name = named.group(1);
      named = NAMED.matcher(name);
    }
    Matcher plain = PLAIN.matcher(name);
    return name.equals(argument) && !isFile(name) && plain.matches()
        ? new WantedLora(
            plain.group(1), LoraWeight.of(number(argument, plain.group(1), plain.group(2))))
        : new WantedLora(name, weight);
  }

  /** A file may be called anything. */
  private static boolean isFile(String name) {
    return Files.exists(Path.of(name));
  }

  private static double number(String argument, String name, String weight) {
    try {
      double value = Double.parseDouble(weight);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // As senseless as one that is not finite.
    }
    throw new InvalidInputException(
        "--lora '%s': the weight '%s' is no number; write %s:0.8."
            .formatted(argument, weight, name));
  }
}
