package io.chiaroscuro.cli;

import io.chiaroscuro.cli.examples.Example;
import io.chiaroscuro.cli.examples.ExampleRequest;
import io.chiaroscuro.cli.examples.ExampleRun;
import io.chiaroscuro.cli.examples.Watch;
import io.chiaroscuro.cli.report.Measure;
import io.chiaroscuro.cli.report.Report;
import io.chiaroscuro.cli.report.ReportText;
import io.chiaroscuro.cli.report.SectionReport;
import io.chiaroscuro.file.AtomicFile;
import io.chiaroscuro.tensor.DType;
import io.chiaroscuro.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro examples}: the six examples of the signal leak's authors, made again. */
@Command(
    name = "examples",
    description = {
      "Makes the six examples of the signal leak's authors again, with their settings: statistics,"
          + " pictures without the leak and with it, and the leak itself.",
      "A1 and A2 are styles that a model has learnt, B1 and B2 the same styles by the leak alone, C is"
          + " the brightness of photographs, D the control of one latent channel. Each gets a folder"
          + " with a page to read (index.html), a contact sheet and every figure (report.json), the"
          + " authors' beside the measured ones.",
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "A run that was stopped goes on where it was: what is finished with the same settings is kept.",
      "",
      "Examples:",
      "  chiaroscuro examples C D --model stable-diffusion-2-1 --data-dir coco128/images/train2017",
      "  chiaroscuro examples A1 --model nasa-space-v2-768 --output-dir outputs",
      "  chiaroscuro examples A2 --model stable-diffusion-v1-4 --embedding line-art --steps 20",
      "  chiaroscuro examples C --model small --data-dir photos --size 128 --steps 10 --count 2",
    })
final class ExamplesCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "EXAMPLE",
      description = "A1, A2, B1, B2, C, D; several, or all.")
  private List<String> names;

  @Mixin private ExampleInputs inputs;

  @Option(
      names = "--output-dir",
      defaultValue = "chiaroscuro-examples",
      paramLabel = "FOLDER",
      description = "Each example has a folder in it (default: ${DEFAULT-VALUE}).")
  private Path outputDir;

  @Option(
      names = "--size",
      paramLabel = "R",
      description = "Width and height in pixels (default: the authors', 768; 512 for A2 and B2).")
  private Integer size;

  @Option(
      names = {"--steps", "--num-inference-steps"},
      defaultValue = "" + Example.STEPS,
      paramLabel = "N",
      description = "Denoising steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Pictures of each kind (default: the authors', 5; 1 for D).")
  private Integer count;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      description = "float32, bfloat16 or float16 (default: ${DEFAULT-VALUE}).")
  private String dtype;

  @Mixin private JsonOption json;

  @Override
  public void run() {
    AtomicFile.requireFolder(outputDir);
    // All that is missing for the last is said before the first takes its hour.
    List<ExampleRequest> requests = Example.parse(names).stream().map(this::request).toList();
    List<Map<String, Object>> results = new ArrayList<>();
    List<String> prose = new ArrayList<>();
    for (ExampleRequest request : requests) {
      SectionReport section = new ExampleRun(request, this::begin).make();
      Path page = request.folder().resolve(Report.PAGE);
      results.add(describe(section, page));
      prose.add(ReportText.of(section) + "  The report: " + page);
    }
    json.print(spec.commandLine().getOut(), Map.of("examples", results), String.join("\n", prose));
  }

  private ExampleRequest request(Example example) {
    Path folder = outputDir.resolve(example.name());
    return new ExampleRequest(
        example,
        inputs.model(example),
        inputs.embedding(example),
        inputs.photographs(example, folder),
        size == null ? example.size() : size,
        steps,
        count == null ? example.count() : count,
        Device.parse(device),
        DType.parseCompute(dtype),
        folder);
  }

  private static Map<String, Object> describe(SectionReport section, Path page) {
    Map<String, Object> measures = new LinkedHashMap<>();
    for (Measure measure : section.measures()) {
      measures.put(measure.name(), measure.value());
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("example", section.name());
    result.put("report", page.toString());
    result.put("contact_sheet", page.resolveSibling(ExampleRun.SHEET).toString());
    result.put("measures", measures);
    return result;
  }

  private Watch.Task begin(String task, long done, long total) {
    Progress progress = Progress.resume(task, done, total, spec.commandLine().getErr());
    return new Watch.Task() {
      @Override
      public void step(long n) {
        progress.step(n, "");
      }

      @Override
      public void say(String sentence) {
        progress.say(sentence);
      }

      @Override
      public void close() {
        progress.close();
      }
    };
  }
}
