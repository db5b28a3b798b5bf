package io.chiaroscuro.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorTest {

  @Test
  void knowsBFloat16ByTheInstructions() {
    assertThat(knows("flags\t\t: fpu avx2 avx512f avx512_bf16 avx512_fp16")).isTrue();
    assertThat(knows("flags\t\t: fpu avx512f amx_bf16 amx_tile")).isTrue();
    assertThat(knows("Features\t: fp asimd i8mm bf16")).isTrue();
    assertThat(knows("flags\t\t: fpu avx2 avx512f avx512_fp16")).isFalse();
    assertThat(knows("model name\t: no bf16 in here")).isFalse();
    assertThat(knows("")).isFalse();
  }

  private static boolean knows(String line) {
    return Processor.knowsBFloat16(List.of("processor\t: 0", line, ""));
  }
}
