package io.chiaroscuro.adapter;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Ways to adapt a network that are not LoRA, by what their files' tensors are called. */
enum ForeignMethod {
  DORA("DoRA, which normalises the weights too", ".dora_scale", ".lora_magnitude_vector"),
  LOHA("LoHa, a product of low-rank matrices by elements", ".hada_"),
  LOKR("LoKr, a Kronecker product", ".lokr_"),
  OFT("OFT, a rotation of the weights", ".oft_"),
  IA3("(IA)^3, a scaling of activations", ".on_input", ".ia3_l"),
  FULL("difference of whole weights or biases", ".diff", ".diff_b", ".lora_B.bias"),
  NORM("change of the norms", ".w_norm", ".b_norm");

  private final String title;
  private final List<String> marks;

  ForeignMethod(String title, String... marks) {
    this.title = title;
    this.marks = List.of(marks);
  }

  /** With what it is, for messages. */
  String title() {
    return title;
  }

  static Optional<ForeignMethod> of(String tensor) {
    return Arrays.stream(values()).filter(method -> method.marks(tensor)).findFirst();
  }

  private boolean marks(String tensor) {
    return marks.stream()
        .anyMatch(mark -> mark.endsWith("_") ? tensor.contains(mark) : has(tensor, mark));
  }

  /** At the end, or as a name of its own within. */
  private static boolean has(String tensor, String mark) {
    return tensor.endsWith(mark) || tensor.contains(mark + ".");
  }
}
