package io.chiaroscuro.hub;

import io.chiaroscuro.fixtures.StandInHub;
import io.chiaroscuro.fixtures.StandInRepository;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A stand-in hub with a pipeline on it, and a cache that is empty at first. */
record HubSandbox(StandInHub remote, HubConfig config) implements AutoCloseable {

  static final String PIPELINE = "org/pipeline";

  static HubSandbox create(Path folder) {
    StandInHub remote = StandInHub.start();
    RetryPolicy quick = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(4));
    HubConfig config =
        HubConfig.of(remote.environment(folder.resolve("hf")), folder).withRetries(quick);
    HubSandbox sandbox = new HubSandbox(remote, config);
    sandbox.publishPipeline();
    return sandbox;
  }

  private void publishPipeline() {
    StandInRepository files = remote.repository(PIPELINE);
    files.put(
        "model_index.json",
        """
        {"_class_name": "StableDiffusionPipeline", "requires_safety_checker": true,
         "feature_extractor": ["transformers", "CLIPImageProcessor"],
         "image_encoder": [null, null],
         "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
         "scheduler": ["diffusers", "PNDMScheduler"],
         "tokenizer": ["transformers", "CLIPTokenizer"],
         "unet": ["diffusers", "UNet2DConditionModel"]}
        """);
    files.put("README.md", "Hello.").put("v1-5-pruned.safetensors", "all of it in one");
    files.put("safety_checker/config.json", "{}");
    files.put("safety_checker/model.safetensors", "unsafe");
    files.put("feature_extractor/preprocessor_config.json", "{}");
    files.put("scheduler/scheduler_config.json", "{\"_class_name\": \"PNDMScheduler\"}");
    files.put("tokenizer/merges.txt", "a b").put("tokenizer/vocab.json", "{\"a\": 0}");
    files.put("unet/config.json", "{}");
    files.put("unet/diffusion_pytorch_model.bin", "pickled");
    files.put("unet/diffusion_flax_model.msgpack", "flax");
    files.put("unet/model.onnx", "onnx").put("unet/openvino_model.bin", "openvino");
    files.put("unet/diffusion_pytorch_model.safetensors", "plain weights");
    files.put("unet/diffusion_pytorch_model.non_ema.safetensors", "not averaged");
    files.put("unet/diffusion_pytorch_model.fp16.safetensors", "half weights");
  }

  Hub hub() {
    return new Hub(config);
  }

  HubConfig withToken(String token) {
    return config(config.endpoint(), Optional.of(token), false, true);
  }

  HubConfig offline() {
    return config(config.endpoint(), Optional.empty(), true, true);
  }

  HubConfig withoutSymlinks() {
    return config(config.endpoint(), Optional.empty(), false, false);
  }

  /** Nobody listens there. */
  HubConfig unplugged() {
    return at(URI.create("http://127.0.0.1:1"));
  }

  /** The same cache, but another place is asked. */
  HubConfig at(URI endpoint) {
    return config(endpoint, Optional.empty(), false, true);
  }

  private HubConfig config(
      URI endpoint, Optional<String> token, boolean offline, boolean symlinks) {
    return new HubConfig(
        endpoint, config.cache(), token, offline, symlinks, config.retries(), config.proxies());
  }

  Path resolve(String name) {
    return hub().resolve(name, Wanted.CHECKPOINT, DownloadListener.NONE);
  }

  Path cached(String repository) {
    return config.cache().resolve("models--" + repository.replace("/", "--"));
  }

  /** The files below a folder with their contents. */
  static Map<String, String> contents(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .collect(Collectors.toMap(file -> folder.relativize(file).toString(), HubSandbox::text));
    }
  }

  static TreeSet<String> names(Path folder) throws IOException {
    return new TreeSet<>(contents(folder).keySet());
  }

  static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    remote.close();
  }
}
