package io.chiaroscuro.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {

  @ParameterizedTest
  @CsvSource({
    "org/name, org/name, main,",
    "org/name/, org/name, main,",
    "CompVis/stable-diffusion-v1-4, CompVis/stable-diffusion-v1-4, main,",
    "org/name@fp16, org/name, fp16,",
    "org/name@refs/pr/3, org/name, refs/pr/3,",
    "org/name@refs/pr/3/a.bin, org/name, refs/pr/3, a.bin",
    "org/name@v1.0/unet/a.safetensors, org/name, v1.0, unet/a.safetensors",
    "org/name/unet/a.safetensors, org/name, main, unet/a.safetensors",
    "org/name/a@2x.safetensors, org/name, main, a@2x.safetensors",
    "org/name/two words.safetensors, org/name, main, two words.safetensors",
  })
  void takesNamesApart(String name, String repository, String revision, String file) {
    assertThat(ModelName.parse(name))
        .isEqualTo(new ModelName(repository, revision, Optional.ofNullable(file)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "name",
        "/org/name",
        "./org/name",
        "../org/name",
        "org/../name",
        "org/..",
        "org//name",
        "org/name//file",
        "org/name/../../file",
        "org/name/./file",
        "org/name/a\\..\\b",
        "org/name@",
        "org/name@..",
        "org/name@refs/../x",
        "org/na--me",
        "org/name\n",
        "-org/name",
        "org/.name",
        "C:\\models\\sd",
        "https://huggingface.co/org/name",
      })
  void refusesWhatIsNone(String name) {
    assertThatThrownBy(() -> ModelName.parse(name))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is no name on the hub")
        .hasMessageContaining("org/name@revision");
  }

  @Test
  void isWrittenAsItIsRead() {
    for (String name : new String[] {"a/b", "a/b@c", "a/b/c/d.bin", "a/b@refs/pr/1/c"}) {
      assertThat(ModelName.parse(name)).hasToString(name);
    }
  }
}
