package io.chiaroscuro.tensor;

import io.chiaroscuro.InvalidInputException;
import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Where tensors live and networks compute.
 *
 * @param type CPU or CUDA
 * @param index which of several GPUs; 0 on the CPU
 */
public record Device(Type type, int index) implements Serializable {

  /** The kinds of device this build knows. */
  public enum Type {
    CPU,
    CUDA
  }

  public static final Device CPU = new Device(Type.CPU, 0);

  private static final Pattern NAME = Pattern.compile("(cpu|cuda)(?::(\\d{1,2}))?");

  /**
   * Parses {@code cpu}, {@code cuda} or {@code cuda:1}.
   *
   * @throws InvalidInputException if the name is unknown or the machine has no such device
   */
  public static Device parse(String name) {
    Matcher matcher = NAME.matcher(name.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new InvalidInputException(
          "Unknown device '%s'; choose cpu, cuda or cuda:N.".formatted(name));
    }
    if (matcher.group(1).equals("cpu")) {
      return CPU;
    }
    int index = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
    int available = torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    if (index >= available) {
      throw new InvalidInputException(
          available == 0
              ? "Device '%s' is not available: this machine or this build has no CUDA GPU; use --device cpu, or build with -Pcuda on a machine with one."
                  .formatted(name)
              : "Device '%s' is not available: this machine has %d CUDA GPU(s), numbered from 0."
                  .formatted(name, available));
    }
    return new Device(Type.CUDA, index);
  }

  /** libtorch's own object for this device. */
  public org.bytedeco.pytorch.Device torch() {
    return type == Type.CPU
        ? new org.bytedeco.pytorch.Device(DeviceType.CPU)
        : new org.bytedeco.pytorch.Device(DeviceType.CUDA, (byte) index);
  }

  @Override
  public String toString() {
    return type == Type.CPU ? "cpu" : "cuda:" + index;
  }
}
