package io.chiaroscuro.cli;

import io.chiaroscuro.checkpoint.TensorFiles;
import io.chiaroscuro.checkpoint.WeightsFolder;
import io.chiaroscuro.original.SingleFile;
import io.chiaroscuro.pickle.PickleFile;
import io.chiaroscuro.tensor.StoredTensor;
import io.chiaroscuro.tensor.TensorFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Safetensors files by their headers alone: no tensor is read. */
final class WeightFacts {

  /** More than these a human does not read. */
  private static final int LINES_SHOWN = 30;

  private static final int CHARACTERS_SHOWN = 200;

  private WeightFacts() {}

  /** One file: its metadata, and its tensors one by one or, unless {@code all}, in groups. */
  static Facts ofFile(Path path, boolean all) {
    try (TensorFile file = TensorFiles.open(path)) {
      Facts facts =
          new Facts()
              .add("kind", kind(file), kind(file) + " file")
              .add("path", path.toString())
              .add("metadata", file.metadata(), metadata(file, all));
      if (SingleFile.recognise(file).isPresent()) {
        addCheckpoint(facts, SingleFile.open(path, Optional.empty()));
      }
      addTotals(facts, List.of(file));
      Map<String, Map<String, Object>> tensors = new LinkedHashMap<>();
      file.entries()
          .forEach(
              (name, entry) ->
                  tensors.put(
                      name, Map.of("dtype", entry.dtype().toString(), "shape", entry.shape())));
      file.foreignTensors().forEach((name, dtype) -> tensors.put(name, Map.of("dtype", dtype)));
      return facts.add("tensors", tensors, all ? everyTensor(file) : groups(file));
    }
  }

  private static void addCheckpoint(Facts facts, SingleFile checkpoint) {
    facts.add("checkpoint", checkpoint.title(), checkpoint.title() + " in its authors' one file");
    facts.add("prediction_type", checkpoint.predictionType().name().toLowerCase(Locale.ROOT));
  }

  private static String kind(TensorFile file) {
    return file instanceof PickleFile ? "pickle" : "safetensors";
  }

  /** The files of one network together. */
  static Facts ofFolder(Path folder) {
    List<Path> paths = WeightsFolder.files(folder);
    List<TensorFile> files = paths.stream().map(TensorFiles::open).toList();
    List<String> names = paths.stream().map(path -> path.getFileName().toString()).toList();
    Facts facts = new Facts().add("files", names);
    addTotals(facts, files);
    files.forEach(TensorFile::close);
    return facts;
  }

  private static void addTotals(Facts facts, List<TensorFile> files) {
    List<StoredTensor> entries =
        files.stream().<StoredTensor>flatMap(file -> file.entries().values().stream()).toList();
    facts.add("parameters", parameters(entries), number(parameters(entries)));
    Map<String, Object> dtypes = new TreeMap<>();
    var byType =
        entries.stream()
            .collect(
                Collectors.groupingBy(
                    e -> e.dtype().toString(), TreeMap::new, Collectors.toList()));
    StringBuilder prose = new StringBuilder();
    byType.forEach(
        (dtype, tensors) -> {
          long bytes = tensors.stream().mapToLong(StoredTensor::byteSize).sum();
          dtypes.put(dtype, Map.of("tensors", tensors.size(), "bytes", bytes));
          prose.append(", %s (%d tensors, %s)".formatted(dtype, tensors.size(), size(bytes)));
        });
    files.stream()
        .flatMap(file -> file.foreignTensors().values().stream())
        .collect(Collectors.groupingBy(dtype -> dtype, TreeMap::new, Collectors.counting()))
        .forEach(
            (dtype, tensors) -> {
              dtypes.put(dtype, Map.of("tensors", tensors));
              prose.append(", %s (%d tensors, not computed with here)".formatted(dtype, tensors));
            });
    facts.add("dtypes", dtypes, prose.isEmpty() ? "none" : prose.substring(2));
  }

  /** Whole numbers, such as positions, are no parameters. */
  private static long parameters(Collection<StoredTensor> entries) {
    return entries.stream()
        .filter(entry -> entry.dtype().isFloatingPoint())
        .mapToLong(WeightFacts::elements)
        .sum();
  }

  private static long elements(StoredTensor entry) {
    return entry.byteSize() / entry.dtype().byteSize();
  }

  private static String metadata(TensorFile file, boolean all) {
    if (file.metadata().isEmpty()) {
      return "none";
    }
    Facts facts = new Facts();
    new TreeMap<>(file.metadata())
        .entrySet().stream()
            .limit(all ? Long.MAX_VALUE : LINES_SHOWN)
            .forEach(
                field ->
                    facts.add(
                        field.getKey(),
                        field.getValue(),
                        all ? field.getValue() : shortened(field.getValue())));
    int rest = all ? 0 : file.metadata().size() - LINES_SHOWN;
    return "\n"
        + facts.prose()
        + (rest > 0 ? "\n... and %d more; --all lists them".formatted(rest) : "");
  }

  private static String shortened(String text) {
    String value = text.replaceAll("\\s+", " ");
    return value.length() <= CHARACTERS_SHOWN
        ? value
        : value.substring(0, CHARACTERS_SHOWN)
            + "... (%d characters; --all shows them)".formatted(value.length());
  }

  private static String everyTensor(TensorFile file) {
    Facts lines = new Facts();
    file.entries().forEach((name, entry) -> lines.add(name, entry, typeAndShape(entry)));
    file.foreignTensors().forEach(lines::add);
    return "\n" + lines.prose();
  }

  /** As many levels of the names as fit; a file of few tensors is listed. */
  private static String groups(TensorFile file) {
    if (file.entries().size() + file.foreignTensors().size() <= LINES_SHOWN) {
      return everyTensor(file);
    }
    Map<String, List<StoredTensor>> groups = Map.of();
    for (int depth = 1; depth <= 3; depth++) {
      Map<String, List<StoredTensor>> finer = grouped(file, depth);
      if (depth > 1 && finer.size() > LINES_SHOWN) {
        break;
      }
      groups = finer;
    }
    Facts lines = new Facts();
    groups.entrySet().stream()
        .limit(LINES_SHOWN)
        .forEach(group -> lines.add(group.getKey(), group, tensors(group.getValue())));
    int rest = groups.size() - LINES_SHOWN;
    String more = rest > 0 ? "... and %d more; ".formatted(rest) : "";
    return "\n" + lines.prose() + "\n" + more + "--all lists every tensor";
  }

  private static String tensors(List<StoredTensor> group) {
    return group.size() == 1
        ? typeAndShape(group.get(0))
        : "%d tensors, %s parameters".formatted(group.size(), number(parameters(group)));
  }

  private static String typeAndShape(StoredTensor entry) {
    return entry.dtype() + " " + Arrays.toString(entry.shape());
  }

  private static Map<String, List<StoredTensor>> grouped(TensorFile file, int depth) {
    return file.entries().values().stream()
        .map(StoredTensor.class::cast)
        .collect(
            Collectors.groupingBy(
                entry -> beginning(entry.name(), depth), LinkedHashMap::new, Collectors.toList()));
  }

  private static String beginning(String name, int depth) {
    return Arrays.stream(name.split("\\.")).limit(depth).collect(Collectors.joining("."));
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** For example {@code 3.44 GB}. */
  private static String size(long bytes) {
    String[] units = {"bytes", "kB", "MB", "GB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.2f %s", value, units[unit]);
  }
}
