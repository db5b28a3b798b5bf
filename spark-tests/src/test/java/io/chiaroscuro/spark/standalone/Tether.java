package io.chiaroscuro.spark.standalone;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Runs another {@code main} for as long as standard input is open: a process that is started with a
 * pipe so ends with the one that started it, even if that is killed.
 */
final class Tether {

  private Tether() {}

  /**
   * @param args the class, then its own arguments
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread watch = new Thread(Tether::haltAtTheEndOfInput, "tether");
    watch.setDaemon(true);
    watch.start();
    Class.forName(args[0])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
  }

  private static void haltAtTheEndOfInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The other side is gone as well.
    }
    Runtime.getRuntime().halt(1);
  }
}
