package io.chiaroscuro.cli;

import io.chiaroscuro.hub.CachedModel;
import io.chiaroscuro.hub.HubCache;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code chiaroscuro models}: what the hub's cache on this disk holds. */
@Command(
    name = "models",
    description = {
      "Lists what the Hugging Face hub's cache on this disk holds, whoever fetched it: name,"
          + " revision, what it is, files and size.",
    },
    mixinStandardHelpOptions = true)
final class ModelsCommand implements Callable<Integer> {

  private static final int SHORT_COMMIT = 7;

  @Spec private CommandSpec spec;
  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    HubCache cache = HubModels.of(spec).hub().cache();
    List<CachedModel> models = cache.models();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("cache", cache.folder().toString());
    result.put("models", models.stream().map(ModelsCommand::facts).toList());
    json.print(
        spec.commandLine().getOut(),
        result,
        models.isEmpty()
            ? "%s holds no models; fetch one by 'chiaroscuro pull org/name'."
                .formatted(cache.folder())
            : table(models));
    return ExitCode.OK;
  }

  private static String table(List<CachedModel> models) {
    Table table = new Table(List.of("name", "revision", "kind", "files", "size"));
    for (CachedModel model : models) {
      table.add(
          List.of(
              model.repository(),
              revision(model),
              model.kind(),
              String.valueOf(model.files()),
              FetchProgress.size(model.bytes())));
    }
    return table.prose();
  }

  private static String revision(CachedModel model) {
    return model.revisions().isEmpty()
        ? model.commit().substring(0, Math.min(SHORT_COMMIT, model.commit().length()))
        : String.join(", ", model.revisions());
  }

  private static Map<String, Object> facts(CachedModel model) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", model.repository());
    facts.put("commit", model.commit());
    facts.put("revisions", model.revisions());
    facts.put("kind", model.kind());
    facts.put("files", model.files());
    facts.put("bytes", model.bytes());
    facts.put("path", model.folder().toString());
    return facts;
  }
}
