package io.chiaroscuro.pickle;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Why a file is not read, each in one sentence of bounded length, whatever the file's names are.
 */
record Refusals(Path path) {

  InvalidInputException broken(String what) {
    return broken(what, null);
  }

  InvalidInputException broken(String what, Exception cause) {
    return new InvalidInputException(
        "%s is no usable file of PyTorch: %s; fetch or write it again."
            .formatted(path, oneLine(what)),
        cause);
  }

  /** It would have been more than data. */
  InvalidInputException program(Global global) {
    return new InvalidInputException(
        "%s would have Python load and run '%s', which no weights need, so it was not opened; use a safetensors file of these weights instead."
            .formatted(path, oneLine(global.toString())));
  }

  InvalidInputException unreadable(IOException e) {
    return new InvalidInputException(
        "Cannot read %s (%s); check the path and its permissions."
            .formatted(path, Files.isDirectory(path) ? "it is a folder" : AtomicFile.reason(e)),
        e);
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > 300 ? line.substring(0, 300) + "..." : line;
  }
}
