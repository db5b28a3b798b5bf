package io.chiaroscuro.adapter;

import io.chiaroscuro.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Adapters in a safetensors file. */
final class SafetensorsTensors implements TensorFile {

  private final SafetensorsFile file;
  private final Set<String> names;

  SafetensorsTensors(Path path) {
    this.file = SafetensorsFile.open(path);
    Set<String> all = new LinkedHashSet<>(file.entries().keySet());
    // Those that cannot be read have to be named when it comes to reading them.
    all.addAll(file.foreignTensors().keySet());
    this.names = Collections.unmodifiableSet(all);
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public Set<String> names() {
    return names;
  }

  @Override
  public Tensor tensor(String name) {
    return file.tensor(name);
  }

  @Override
  public Map<String, String> metadata() {
    return file.metadata();
  }

  @Override
  public void close() {
    file.close();
  }
}
