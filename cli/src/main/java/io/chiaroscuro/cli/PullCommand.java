package io.chiaroscuro.cli;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.hub.ModelName;
import io.chiaroscuro.hub.PulledModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro pull}: brings models from the hub onto this disk. */
@Command(
    name = "pull",
    description = {
      "Fetches models from the Hugging Face hub, only the files that are needed, into the cache"
          + " that Python shares. What is there already is not fetched again, and a download that"
          + " broke off goes on where it ended.",
      "",
      "HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE mean what they mean there.",
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  chiaroscuro pull stabilityai/stable-diffusion-2-1 --variant fp16",
      "  chiaroscuro pull CompVis/stable-diffusion-v1-4@main sd-concepts-library/cat-toy",
      "  chiaroscuro pull org/name/folder/file.safetensors",
    })
final class PullCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "NAME",
      description = "org/name, org/name@revision, or with a file's path behind it.")
  private List<String> names;

  @Option(
      names = "--revision",
      paramLabel = "REVISION",
      description = "The branch, tag or commit, where a name says none (default: main).")
  private String revision;

  @Option(
      names = "--variant",
      paramLabel = "VARIANT",
      description = "Which weights, fp16 for example (default: the plain ones).")
  private String variant;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    int exitCode = ExitCode.OK;
    List<PulledModel> models = new ArrayList<>();
    for (String name : names) {
      try {
        models.add(pull(name));
      } catch (InvalidInputException e) {
        exitCode = OneSentence.print(spec.commandLine().getErr(), e);
      }
    }
    if (!models.isEmpty()) {
      json.print(
          spec.commandLine().getOut(),
          Map.of("models", models.stream().map(PullCommand::facts).toList()),
          models.stream().map(PullCommand::prose).collect(Collectors.joining("\n")));
    }
    return exitCode;
  }

  private PulledModel pull(String word) {
    ModelName name = ModelName.parse(word);
    return HubModels.of(spec)
        .hub()
        .pull(
            revision != null && name.revision().equals(ModelName.MAIN) ? name.at(revision) : name,
            Optional.ofNullable(variant),
            new FetchProgress(spec.commandLine().getErr()));
  }

  private static String prose(PulledModel model) {
    return "%s: %d %s, %s, %d of them new%n  %s"
        .formatted(
            model.name(),
            model.files(),
            model.files() == 1 ? "file" : "files",
            FetchProgress.size(model.bytes()),
            model.fetched(),
            model.path());
  }

  private static Map<String, Object> facts(PulledModel model) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", model.name().toString());
    facts.put("commit", model.commit());
    facts.put("path", model.path().toString());
    facts.put("files", model.files());
    facts.put("fetched", model.fetched());
    facts.put("bytes", model.bytes());
    return facts;
  }
}
