package io.chiaroscuro.pickle;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a pickle mentions of Python by name. Nothing is ever looked up or run; the name decides
 * whether a file of weights may hold it at all.
 */
record Global(String module, String name) {

  /** What weights are made of. */
  private static final Set<String> TENSORS =
      Set.of(
          "collections.OrderedDict",
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3",
          "torch._utils._rebuild_parameter",
          "torch._utils._rebuild_parameter_with_state",
          "torch.Size",
          "torch.device",
          "torch.nn.modules.container.ParameterDict",
          "torch.nn.parameter.Parameter");

  private static final Pattern TYPES =
      Pattern.compile("torch\\.(\\w+Storage|storage\\.\\w+Storage|b?float\\w+|u?int\\w+|bool)");

  /**
   * What trainers leave beside the weights: settings, numbers of NumPy, and the callbacks of
   * PyTorch Lightning, under whose name the published checkpoints of Stable Diffusion 1.x keep
   * their best loss.
   */
  private static final Pattern BYSTANDERS =
      Pattern.compile(
          "(pytorch_lightning|lightning\\.pytorch|lightning_fabric|omegaconf)\\.[\\w.]+"
              + "|numpy\\.(_?core\\.multiarray\\.(scalar|_reconstruct)|dtype|ndarray|u?int\\d*|float\\d*|bool_?)"
              + "|(builtins|__builtin__)\\.(set|frozenset|dict|list|tuple|int|float|complex|bool|str|unicode|bytes|bytearray|object)"
              + "|(copyreg|copy_reg)\\._reconstructor"
              + "|collections\\.(defaultdict|Counter)"
              + "|pathlib\\.\\w*Path"
              + "|_codecs\\.encode|typing\\.Any|argparse\\.Namespace|datetime\\.datetime|uuid\\.UUID");

  /** Whether it can be expected among weights; anything else a file of weights has no need of. */
  boolean isExpected() {
    String full = toString();
    return TENSORS.contains(full)
        || TYPES.matcher(full).matches()
        || BYSTANDERS.matcher(full).matches();
  }

  boolean is(String fullName) {
    return toString().equals(fullName);
  }

  /** As Python writes it, for example {@code collections.OrderedDict}. */
  @Override
  public String toString() {
    return module + "." + name;
  }
}
