package io.chiaroscuro.profile;

/** What networks are made of, as far as it takes time. */
public enum Operator {
  CONVOLUTION("convolution"),
  LINEAR("linear"),
  ATTENTION("attention"),
  GROUP_NORM("group norm"),
  LAYER_NORM("layer norm"),
  ACTIVATION("activation"),
  ADAPTER("low-rank adapter"),
  /** Additions, concatenations, enlargements, copies: all that is none of the others. */
  OTHER("other");

  private final String title;

  Operator(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }
}
