package io.chiaroscuro.cli;

import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import io.chiaroscuro.tensor.Processor;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What networks compute in, as {@code --dtype} says it. */
final class ComputeType {

  static final String DEFAULT = "${env:CHIAROSCURO_DTYPE:-auto}";
  static final String DESCRIPTION =
      "float32, bfloat16, float16, or auto: bfloat16 where the processor computes in it, otherwise"
          + " float32 (default: ${DEFAULT-VALUE}).";

  private static final String AUTO = "auto";

  private ComputeType() {}

  /**
   * @throws io.chiaroscuro.InvalidInputException if networks cannot compute in it
   */
  static DType parse(String name, Device device) {
    if (!name.equals(AUTO)) {
      return DType.parseCompute(name);
    }
    return device.type() == Device.Type.CPU && Processor.computesInBFloat16()
        ? DType.BFLOAT16
        : DType.FLOAT32;
  }

  /** For commands whose figures are to be compared: exact unless something else is asked for. */
  static final class Exact implements IDefaultValueProvider {

    @Override
    public String defaultValue(ArgSpec argument) {
      return argument instanceof OptionSpec option && option.longestName().equals("--dtype")
          ? DType.FLOAT32.toString()
          : null;
    }
  }
}
