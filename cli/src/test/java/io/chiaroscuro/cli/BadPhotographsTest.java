package io.chiaroscuro.cli;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Photographs that no statistics can be made of, and what cannot be looked at. */
class BadPhotographsTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> photographs() {
    return Stream.of(
        bad("no photographs", "stats --data-dir=@/nowhere", "nowhere", "name one that exists"),
        bad("a folder of no pictures", "stats --data-dir=@/leak", "leak", "holds no image"),
        bad(
            "only broken pictures",
            "stats",
            s -> s.halve("photos/0.png").text("photos/1.png", "x").text("photos/2.png", ""),
            "None of the 3 files",
            "give others"),
        bad(
            "a single picture",
            "stats",
            s -> s.delete("photos/1.png").delete("photos/2.png"),
            "at least two images",
            "add images"),
        bad("an unknown type", "stats --statistic-type=wavelet", "'wavelet'", "dct+pixel"),
        bad("no components", "stats --n-components=0", "n-components is 0", "between 1 and 256"),
        bad("too many components", "stats --n-components=257", "257", "between 1 and 256"),
        bad("an odd resolution", "stats --resolution=100", "100x100", "multiples of 8"),
        bad("no resolution", "stats --resolution=0", "0x0", "multiples of 8"),
        bad("an empty batch", "stats --batch-size=0", "batch size is 0", "give 1 or more"),
        bad(
            "a file as output",
            "stats --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"),
        bad(
            "a damaged state of an interrupted run",
            "stats",
            s -> s.text("out/unfinished.safetensors", "x"),
            "out/unfinished.safetensors",
            "again"),
        bad("words to inspect", "inspect @/words.txt", "words.txt", "neither an image nor"),
        bad("a folder of nothing to inspect", "inspect @/photos", "photos", "brightness"),
        bad("nothing there to measure", "brightness @/nowhere", "nowhere", "name one that exists"),
        bad("words to measure", "brightness @/words.txt", "words.txt", "give others"),
        bad(
            "a demo in a file",
            "demo --output-dir=@/words.txt",
            "words.txt",
            "choose another folder"));
  }
}
