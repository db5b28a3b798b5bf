package io.chiaroscuro.hub;

import static io.chiaroscuro.hub.HubSandbox.PIPELINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chiaroscuro.InvalidInputException;
import io.chiaroscuro.fixtures.StandInHub;
import io.chiaroscuro.fixtures.StandInRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {

  private static final String[] NEEDED = {
    "model_index.json",
    "scheduler/scheduler_config.json",
    "tokenizer/merges.txt",
    "tokenizer/vocab.json",
    "unet/config.json",
    "unet/diffusion_pytorch_model.safetensors"
  };

  @TempDir private Path folder;
  private HubSandbox sandbox;
  private StandInHub remote;

  @BeforeEach
  void create() {
    sandbox = HubSandbox.create(folder);
    remote = sandbox.remote();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void fetchesWhatAPipelineNeedsAndNoMore() throws IOException {
    Path snapshot = sandbox.resolve(PIPELINE);
    assertThat(HubSandbox.names(snapshot)).containsExactly(NEEDED);
    assertThat(snapshot.resolve("unet/diffusion_pytorch_model.safetensors"))
        .hasContent("plain weights");
    assertThat(remote.downloads()).hasSize(NEEDED.length);
  }

  @Test
  void keepsTheHubsOwnLayout() throws IOException {
    Path snapshot = sandbox.resolve(PIPELINE);
    Path repository = sandbox.cached(PIPELINE);
    String commit = remote.repository(PIPELINE).commit();
    assertThat(snapshot).isEqualTo(repository.resolve("snapshots").resolve(commit));
    assertThat(repository.resolve("refs/main")).content().isEqualTo(commit);
    byte[] weights = "plain weights".getBytes(StandardCharsets.US_ASCII);
    assertThat(Files.readSymbolicLink(snapshot.resolve("unet/diffusion_pytorch_model.safetensors")))
        .isEqualTo(Path.of("../../../blobs", StandInRepository.sha256(weights)));
    byte[] merges = "a b".getBytes(StandardCharsets.US_ASCII);
    assertThat(Files.readSymbolicLink(snapshot.resolve("tokenizer/merges.txt")))
        .isEqualTo(Path.of("../../../blobs", StandInRepository.gitBlob(merges)));
    assertThat(HubSandbox.names(repository.resolve("blobs"))).hasSize(NEEDED.length);
    assertThat(sandbox.config().cache().resolve("CACHEDIR.TAG"))
        .content()
        .startsWith("Signature: 8a477f597d28d172789f06886806bc55");
    assertThat(sandbox.config().cache().resolve(".locks/models--org--pipeline")).isDirectory();
  }

  @Test
  void asksOnlyWhetherThereIsSomethingNewTheNextTime() {
    Path first = sandbox.resolve(PIPELINE);
    remote.forgetRequests();
    assertThat(sandbox.resolve(PIPELINE)).isEqualTo(first);
    assertThat(remote.requests()).singleElement().matches(r -> r.path().startsWith("/api/models/"));
  }

  @Test
  void fetchesOnlyWhatChanged() {
    Path before = sandbox.resolve(PIPELINE);
    remote.repository(PIPELINE).put("scheduler/scheduler_config.json", "{ }");
    remote.forgetRequests();
    Path after = sandbox.resolve(PIPELINE);
    assertThat(after).isNotEqualTo(before);
    assertThat(after.resolve("scheduler/scheduler_config.json")).hasContent("{ }");
    assertThat(after.resolve("unet/diffusion_pytorch_model.safetensors"))
        .hasContent("plain weights");
    assertThat(remote.downloads()).singleElement().matches(r -> r.path().contains("scheduler"));
  }

  @Test
  void takesAPathThatExistsForWhatItIs() throws IOException {
    Path file = Files.writeString(folder.resolve("lora.safetensors"), "");
    assertThat(sandbox.resolve(file.toString())).isEqualTo(file);
    assertThat(remote.requests()).isEmpty();
  }

  @Test
  void saysWhatToGiveInsteadOfAPathThatDoesNotExist() {
    assertRefused(folder + "/nowhere", "nowhere does not exist", "give a checkpoint", "on the hub");
    assertThat(remote.requests()).isEmpty();
  }

  private void assertRefused(String name, String... sentence) {
    assertRefused(name, Wanted.CHECKPOINT, sentence);
  }

  private void assertRefused(String name, Wanted wanted, String... sentence) {
    assertThatThrownBy(() -> sandbox.hub().resolve(name, wanted, DownloadListener.NONE))
        .isInstanceOf(InvalidInputException.class)
        .message()
        .contains(sentence)
        .doesNotContain("\n");
  }

  @Test
  void takesBranchesAndCommits() {
    remote.repository(PIPELINE).put("refs/pr/1", "one.safetensors", new byte[] {1});
    Path file = sandbox.resolve(PIPELINE + "@refs/pr/1/one.safetensors");
    assertThat(file).hasBinaryContent(new byte[] {1});
    assertThat(sandbox.cached(PIPELINE).resolve("refs/refs/pr/1")).isRegularFile();
    String commit = file.getParent().getFileName().toString();
    remote.forgetRequests();
    assertThat(sandbox.resolve(PIPELINE + "@" + commit + "/one.safetensors")).isEqualTo(file);
    assertThat(remote.requests()).isEmpty(); // A commit never means anything else.
  }

  @Test
  void fetchesTheOneFileThatWasNamed() throws IOException {
    Path file = sandbox.resolve(PIPELINE + "/v1-5-pruned.safetensors");
    assertThat(file).hasContent("all of it in one").hasFileName("v1-5-pruned.safetensors");
    assertThat(remote.downloads()).hasSize(1);
  }

  @Test
  void namesTheFilesThereAreWhereTheOneIsNot() {
    assertRefused(
        PIPELINE + "/unet/none.safetensors", "no file 'unet/none.safetensors'", "v1-5-pruned");
  }

  @Test
  void pullsTheVariantThatWasAskedFor() throws IOException {
    PulledModel pulled =
        sandbox.hub().pull(ModelName.parse(PIPELINE), Optional.of("fp16"), DownloadListener.NONE);
    assertThat(HubSandbox.names(pulled.path()))
        .contains("unet/diffusion_pytorch_model.fp16.safetensors")
        .doesNotContain("unet/diffusion_pytorch_model.safetensors");
    assertThat(pulled.files()).isEqualTo(6);
    assertThat(pulled.fetched()).isEqualTo(6);

    remote.forgetRequests(); // What is here does, though nothing was said of a variant.
    assertThat(sandbox.resolve(PIPELINE)).isEqualTo(pulled.path());
    assertThat(remote.downloads()).isEmpty();
    PulledModel plain =
        sandbox.hub().pull(ModelName.parse(PIPELINE), Optional.empty(), DownloadListener.NONE);
    assertThat(plain.fetched()).isEqualTo(1);
  }

  @Test
  void saysWhichVariantsThereAre() {
    ModelName name = ModelName.parse(PIPELINE);
    assertThatThrownBy(() -> sandbox.hub().pull(name, Optional.of("fp8"), DownloadListener.NONE))
        .hasMessage("org/pipeline has no variant 'fp8'; it has fp16, non_ema.");
  }

  @Test
  void saysWhichComponentIsIncomplete() {
    remote.repository(PIPELINE).remove("unet/diffusion_pytorch_model.safetensors");
    remote.repository(PIPELINE).remove("unet/diffusion_pytorch_model.fp16.safetensors");
    remote.repository(PIPELINE).remove("unet/diffusion_pytorch_model.non_ema.safetensors");
    remote.repository(PIPELINE).remove("unet/diffusion_pytorch_model.bin");
    assertRefused(PIPELINE, "no weights", "'unet/'");
    remote.repository(PIPELINE).remove("tokenizer/merges.txt").remove("tokenizer/vocab.json");
    assertRefused(PIPELINE, "'tokenizer'", "model_index.json");
  }

  @Test
  void findsTheFileOfALoraAndOfAWord() {
    remote.repository("org/lora").put("pytorch_lora_weights.safetensors", "lora");
    remote.repository("org/lora").put("another.safetensors", "other");
    remote.repository("org/style").put("style.safetensors", "style").put("style.bin", "style");
    remote.repository("org/word").put("learned_embeds.bin", "word").put("README.md", "");
    assertThat(resolve("org/lora", Wanted.LORA)).hasContent("lora");
    assertThat(resolve("org/style", Wanted.LORA)).hasContent("style").hasExtension("safetensors");
    assertThat(resolve("org/word", Wanted.EMBEDDING)).hasContent("word");
  }

  private Path resolve(String name, Wanted wanted) {
    return sandbox.hub().resolve(name, wanted, DownloadListener.NONE);
  }

  @Test
  void doesNotGuessAmongSeveralFiles() {
    remote.repository("org/loras").put("a.safetensors", "a").put("b.safetensors", "b");
    remote.repository("org/text").put("README.md", "");
    assertRefused("org/loras", Wanted.LORA, "name one", "org/loras/a.safetensors", "b.safetensors");
    assertRefused("org/text", Wanted.LORA, "no weights");
    assertThat(remote.downloads()).isEmpty();
  }

  @Test
  void doesNotTakeAPipelineForALora() {
    remote.repository(PIPELINE).remove("v1-5-pruned.safetensors");
    assertRefused(PIPELINE, Wanted.LORA, "does not say which");
    assertThat(remote.downloads()).isEmpty();
  }

  @Test
  void fetchesASingleNetwork() throws IOException {
    remote.repository("org/vae").put("config.json", "{}").put("vae.ckpt", "all");
    remote.repository("org/vae").put("diffusion_pytorch_model.safetensors", "vae");
    assertThat(HubSandbox.names(resolve("org/vae", Wanted.COMPONENT)))
        .containsExactly("config.json", "diffusion_pytorch_model.safetensors");
  }

  @Test
  void tellsTheTokenToTheHubAlone() {
    remote.repository(PIPELINE).hideWithout("hf_secret");
    new Hub(sandbox.withToken("hf_secret"))
        .resolve(PIPELINE, Wanted.CHECKPOINT, DownloadListener.NONE);
    assertThat(remote.requests())
        .allMatch(
            r ->
                r.authorization().equals(r.host() == StandInHub.Host.HUB ? "Bearer hf_secret" : ""))
        .anyMatch(r -> r.host() == StandInHub.Host.STORE);
  }

  @Test
  void laysFilesIntoSnapshotsWhereThereAreNoLinks() throws IOException {
    HubConfig config = sandbox.withoutSymlinks();
    Path snapshot = new Hub(config).resolve(PIPELINE, Wanted.CHECKPOINT, DownloadListener.NONE);
    assertThat(HubSandbox.names(snapshot)).containsExactly(NEEDED);
    assertThat(snapshot.resolve("unet/config.json")).isRegularFile().isNotEmptyFile();
    assertThat(Files.isSymbolicLink(snapshot.resolve("unet/config.json"))).isFalse();
    remote.forgetRequests();
    new Hub(config).resolve(PIPELINE, Wanted.CHECKPOINT, DownloadListener.NONE);
    assertThat(remote.downloads()).isEmpty();
  }

  @Test
  void replacesALinkWhoseBlobWasDeleted() throws IOException {
    Path weights = sandbox.resolve(PIPELINE).resolve("unet/diffusion_pytorch_model.safetensors");
    Files.delete(weights.toRealPath());
    sandbox.resolve(PIPELINE);
    assertThat(weights).hasContent("plain weights");
  }

  @Test
  void writesNothingOutsideOfItsFolder() {
    remote.repository("org/hostile").put("../../../escaped.safetensors", "gotcha");
    assertRefused("org/hostile", Wanted.LORA, "no listing of org/hostile");
    assertThat(folder.resolve("escaped.safetensors")).doesNotExist();
  }

  @Test
  void tellsHowItGoes() {
    List<String> heard = new ArrayList<>();
    long[] received = {0};
    DownloadListener listener =
        new DownloadListener() {
          @Override
          public void begins(ModelName name, int files, long bytes) {
            heard.add("%s %d %d".formatted(name, files, bytes));
          }

          @Override
          public void received(long bytes) {
            received[0] += bytes;
          }

          @Override
          public void ends() {
            heard.add("end");
          }
        };
    remote.repository("org/lora").put("lora.safetensors", "0123456789");
    sandbox.hub().resolve("org/lora", Wanted.LORA, listener);
    assertThat(heard).containsExactly("org/lora 1 10", "end");
    assertThat(received[0]).isEqualTo(10);
  }

  @Test
  void listsWhatItHas() throws IOException {
    Path snapshot = sandbox.resolve(PIPELINE);
    remote.repository("org/lora").put("pytorch_lora_weights.safetensors", "0123456789");
    resolve("org/lora", Wanted.LORA);
    List<CachedModel> models = sandbox.hub().cache().models();
    assertThat(models).extracting(CachedModel::repository).containsExactly("org/lora", PIPELINE);
    assertThat(models.get(0).kind()).isEqualTo("LoRA");
    assertThat(models.get(0).bytes()).isEqualTo(10);
    assertThat(models.get(1).kind()).isEqualTo("StableDiffusionPipeline");
    assertThat(models.get(1).revisions()).containsExactly("main");
    assertThat(models.get(1).files()).isEqualTo(NEEDED.length);
    assertThat(models.get(1).folder()).isEqualTo(snapshot);
    assertThat(HubCache.repositoryOf(snapshot.resolve("unet"))).contains(PIPELINE);
    assertThat(HubCache.repositoryOf(folder)).isEmpty();
  }

  @Test
  void fetchesOfATokenizerWhatSplitsTexts() throws IOException {
    StandInRepository clip = remote.repository("org/clip");
    clip.put("config.json", "{}").put("model.safetensors", "of no use").put("vocab.json", "{}");
    clip.put("merges.txt", "a b").put("tokenizer.json", "{}").put("tokenizer_config.json", "{}");
    remote.repository("org/saved").put("tokenizer.json", "{}").put("special_tokens_map.json", "{}");
    assertThat(HubSandbox.names(tokenizer(sandbox.hub(), "org/clip")))
        .containsExactly("merges.txt", "tokenizer_config.json", "vocab.json");
    assertThat(HubSandbox.names(tokenizer(sandbox.hub(), "org/saved")))
        .containsExactly("tokenizer.json");
    assertThat(HubSandbox.names(tokenizer(sandbox.hub(), PIPELINE)))
        .containsExactly("tokenizer/merges.txt", "tokenizer/vocab.json");
    remote.forgetRequests();
    assertThat(tokenizer(new Hub(sandbox.offline()), "org/clip"))
        .isEqualTo(tokenizer(sandbox.hub(), "org/clip"));
    assertThat(remote.downloads()).isEmpty();
    assertThat(sandbox.hub().cache().models().get(0).kind()).isEqualTo("tokenizer");
    remote.repository("org/lora").put("lora.safetensors", "weights");
    assertThatThrownBy(() -> tokenizer(sandbox.hub(), "org/lora"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("org/lora holds no tokenizer");
  }

  private static Path tokenizer(Hub hub, String name) {
    return hub.resolve(name, Wanted.TOKENIZER, DownloadListener.NONE);
  }

  @Test
  void tellsWhatIsInTheCacheWithoutAsking() {
    remote.repository("org/lora").put("lora.safetensors", "weights");
    assertThat(sandbox.hub().cached(PIPELINE)).isEmpty();
    tokenizer(sandbox.hub(), PIPELINE); // A part of it is not all.
    assertThat(sandbox.hub().cached(PIPELINE)).isEmpty();
    Path whole = sandbox.resolve(PIPELINE);
    Path lora = sandbox.hub().resolve("org/lora", Wanted.LORA, DownloadListener.NONE);
    remote.forgetRequests();
    assertThat(sandbox.hub().cached(PIPELINE)).contains(whole);
    assertThat(sandbox.hub().cached("org/lora")).contains(lora);
    assertThat(sandbox.hub().cached("org/lora/lora.safetensors")).contains(lora);
    assertThat(sandbox.hub().cached("org/lora/other.safetensors")).isEmpty();
    assertThat(sandbox.hub().cached("no name")).isEmpty();
    assertThat(remote.requests()).isEmpty();
  }
}
