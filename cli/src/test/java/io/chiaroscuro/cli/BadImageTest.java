package io.chiaroscuro.cli;

import io.chiaroscuro.image.PngFile;
import io.chiaroscuro.image.RgbImage;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Images to start from, masks, other autoencoders and previews that cannot be. */
class BadImageTest extends BadInput {

  @TestFactory
  Stream<DynamicTest> images() {
    String image = "generate --image=@/photos/0.png ";
    return Stream.of(
        bad("a strength of nothing", image + "--strength=0", "strength is 0.0", "above 0"),
        bad("a strength above all", image + "--strength=1.5", "strength is 1.5", "up to 1"),
        bad("a strength of no step", image + "--strength=0.3", "Of 2 steps", "0.5 or more"),
        bad("a strength for no image", "generate --strength=0.5", "--strength", "--image FILE"),
        bad("a mask for no image", "generate --mask=@/photos/0.png", "--mask", "--image FILE"),
        bad("nothing to keep", image + "--keep-unmasked", "--keep-unmasked", "--mask FILE"),
        bad("no image", "generate --image=@/nowhere.png", "nowhere.png", "no such file"),
        bad("words as image", "generate --image=@/words.txt", "words.txt", "convert"),
        bad(
            "an image cut off",
            "generate --image=@/photos/0.png",
            s -> s.halve("photos/0.png"),
            "photos/0.png",
            "truncated or damaged"),
        bad(
            "a mask of another size",
            image + "--mask=@/mask.png",
            s ->
                PngFile.write(
                    s.path("mask.png"), RgbImage.solid(128, 128, 255, 255, 255), Map.of()),
            "mask.png",
            "128x128",
            "160x140",
            "make it as large"),
        bad("a black mask", image + "--mask=@/photos/0.png", "no white pixel", "make white"),
        bad("no autoencoder", "generate --vae=@/photos", "photos has no config.json", "folder"),
        bad(
            "a UNet as autoencoder",
            "generate --vae=@/model/unet",
            "UNet2DConditionModel, but an AutoencoderKL or AutoencoderTiny is wanted"),
        bad(
            "a UNet for previews",
            "generate --preview-every=1 --preview-vae=@/model/unet",
            "UNet2DConditionModel, but an AutoencoderKL or AutoencoderTiny is wanted"),
        bad(
            "tiles of a tiny autoencoder",
            "generate --vae=@/tiny --vae-tiling",
            s -> TinyAutoencoder.write(s.path("tiny"), 4),
            "tiny autoencoder",
            "leave out --vae-tiling"),
        bad("previews of no step", "generate --preview-vae=@/model/vae", "--preview-every", "0"),
        bad("previews before the first", "generate --preview-every=-1", "--preview-every is -1"),
        bad(
            "tiles of no size",
            "generate --vae-tiling",
            s ->
                s.replace("model/vae/config.json", "\"sample_size\" : 128", "\"sample_size\" : 36"),
            "sample_size is 36",
            "multiple of 32"));
  }
}
