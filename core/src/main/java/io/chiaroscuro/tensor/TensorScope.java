package io.chiaroscuro.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * The one idiom for native memory: what is made inside a scope on its thread is freed when the
 * scope closes, except what was {@linkplain #keep kept}, which passes to the enclosing scope.
 *
 * <pre>{@code
 * Tensor forward(Tensor x) {
 *   try (var scope = new TensorScope()) {
 *     return scope.keep(out.forward(torch.silu(in.forward(x))));
 *   }
 * }
 * }</pre>
 *
 * <p>Without an enclosing scope a kept tensor belongs to the caller, who closes it. Long-lived
 * tensors (weights, generators) are owned by the object that made them, see {@link #own}.
 */
public final class TensorScope implements AutoCloseable {

  private final PointerScope scope = new PointerScope();
  private final List<Pointer> kept = new ArrayList<>(1);

  /** Lets {@code pointer} outlive this scope; returns it. */
  public <T extends Pointer> T keep(T pointer) {
    pointer.retainReference();
    kept.add(pointer);
    return pointer;
  }

  /**
   * Lets {@code pointer} outlive every scope; whoever calls this must {@code close()} it in the
   * end.
   */
  public <T extends Pointer> T own(T pointer) {
    pointer.retainReference();
    return pointer;
  }

  @Override
  public void close() {
    scope.close();
    PointerScope enclosing = PointerScope.getInnerScope();
    if (enclosing == null) {
      return;
    }
    for (Pointer pointer : kept) {
      enclosing.attach(pointer);
      pointer.releaseReference();
    }
  }
}
