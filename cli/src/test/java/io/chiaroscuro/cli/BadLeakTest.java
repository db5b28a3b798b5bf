package io.chiaroscuro.cli;

import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Statistics, components and light that cannot be leaked. */
class BadLeakTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> leak() {
    return Stream.of(
        bad("no leak folder", "generate --leak=@/nowhere", "nowhere", "give the folder"),
        bad("photos as leak", "generate --leak=@/photos", "photos", "stats"),
        bad(
            "a leak of another size",
            "generate --leak=@/leak --width=64",
            "128x128",
            "64x128",
            "statistics"),
        bad(
            "a leak of another type",
            "generate --leak=@/leak",
            s -> s.text("leak/statistic_type.txt", "pixel"),
            "says pixel",
            "put together"),
        bad(
            "a leak of no type",
            "generate --leak=@/leak",
            s -> s.text("leak/statistic_type.txt", "wavelet"),
            "'wavelet'",
            "pixel or dct+pixel"),
        bad(
            "NaN in the leak",
            "generate --leak=@/pixel-leak",
            s -> s.statistics("pixel-leak", t -> t.replaceAll((name, x) -> nan(4, 16, 16))),
            "NaN",
            "compute the statistics again"),
        bad(
            "a negative variance",
            "generate --leak=@/pixel-leak",
            s -> s.statistics("pixel-leak", t -> t.replaceAll((name, x) -> x.sub(new Scalar(99)))),
            "negative variance",
            "again"),
        bad(
            "a leak cut off",
            "generate --leak=@/leak",
            s -> s.halve("leak/stats.safetensors"),
            "leak/stats.safetensors",
            "again"),
        bad(
            "high frequencies of pixels",
            "generate --leak=@/pixel-leak --leak-only-high-frequency",
            "Only dct+pixel",
            "pixel"),
        bad("a negative strength", "generate --leak=@/leak --leak-strength=-1", "-1", "give 0"),
        bad("a bad color", "generate --mean-color=red", "--mean-color", "'red'", "example #101020"),
        bad("light in words", "generate --light=left", "--light", "'left'", "180:0.5"),
        bad("too strong a light", "generate --light=90:2", "--light", "2.0", "0 (even light) to 1"),
        bad("three corners", "generate --palette=#0,#1,#2", "--palette", "'#0'", "#101020"),
        bad(
            "two corners",
            "generate --palette=#000000,#ffffff",
            "--palette",
            "top left, top right, bottom left, bottom right",
            "not 2"),
        bad(
            "an unknown preset",
            "generate --leak-preset=blue",
            "'blue'",
            "white-background or red"),
        bad("no picture", "generate --leak-image=@/nowhere.png", "--leak-image", "nowhere.png"),
        bad("words as picture", "generate --leak-image=@/words.txt", "words.txt"),
        bad(
            "components of no picture",
            "generate --leak-image-components=3",
            "--leak-image-components 3",
            "--leak-image FILE"),
        bad(
            "no components",
            "generate --leak-image=@/photos/0.png --leak-image-components=0",
            "--leak-image-components 0",
            "positive"),
        bad(
            "light in two ways",
            "generate --light=90 --palette=#000000,#ffffff,#000000,#ffffff",
            "--palette and --light both say where the leak is light",
            "one of them"),
        bad(
            "colour in two ways",
            "generate --leak-image=@/photos/0.png --mean-color=#101020",
            "--leak-image and --mean-color both say what the leak's mean colour is"),
        bad(
            "a preset and a colour",
            "generate --leak-preset=red-background --mean-color=#101020",
            "--mean-color and --leak-preset both say"),
        bad(
            "a preset for another autoencoder",
            "generate --leak-preset=red-background",
            s -> s.replace("model/vae/config.json", "0.18215", "0.13025"),
            "red-background",
            "0.13025",
            "--mean-color"),
        bad("a bad channel", "generate --leak-channel=0:1", "--leak-channel", "'0:1'", "0=-1.5"),
        bad("a bad number", "generate --leak-channel=0=1.2.3", "--leak-channel", "1.2.3", "0=-1.5"),
        bad("an infinite number", "generate --leak-channel=0=1e999", "channel 0", "finite"),
        bad("channel 4 of 4", "generate --leak-channel=4=1", "no channel 4", "0 to 3"),
        bad("a bad component", "generate --leak-component=0,1=2", "--leak-component", "0,0,1=12.5"),
        bad(
            "component 16 of 16",
            "generate --leak-component=0,16,0=1",
            "16",
            "u goes from 0 to 15"),
        bad(
            "a given component that is not modelled",
            "generate --leak=@/leak --leak-given=0,5,5=1",
            "5",
            "set it by hand"));
  }
}
