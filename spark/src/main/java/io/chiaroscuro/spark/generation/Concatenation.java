package io.chiaroscuro.spark.generation;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * What each element yields, one after the other. A stream's {@code flatMap} would hold all that an
 * element yields at a time.
 */
final class Concatenation<S, T> implements Iterator<T> {

  private final Iterator<S> sources;
  private final Function<S, Iterator<T>> yielding;
  private Iterator<T> current = Collections.emptyIterator();

  Concatenation(Iterator<S> sources, Function<S, Iterator<T>> yielding) {
    this.sources = sources;
    this.yielding = yielding;
  }

  @Override
  public boolean hasNext() {
    while (!current.hasNext() && sources.hasNext()) {
      current = yielding.apply(sources.next());
    }
    return current.hasNext();
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return current.next();
  }
}
