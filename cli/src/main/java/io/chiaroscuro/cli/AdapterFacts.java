package io.chiaroscuro.cli;

import io.chiaroscuro.adapter.AdapterSummary;
import java.nio.file.Path;

/** What a LoRA or a learnt word is. */
final class AdapterFacts {

  private AdapterFacts() {}

  /** Of a file that may be something else; then there are none. */
  static Facts of(Path path) {
    Facts facts = new Facts();
    AdapterSummary.of(path)
        .ifPresent(
            summary -> {
              Facts adapter = new Facts().add("format", summary.format());
              summary.family().ifPresent(family -> adapter.add("family", family.title()));
              if (!summary.layers().isEmpty()) {
                adapter
                    .add("layers", summary.layers())
                    .add("rank", summary.ranks())
                    .add("alpha", summary.alphas());
              }
              if (!summary.words().isEmpty()) {
                adapter.add("words", summary.words());
              }
              facts.add("adapter", adapter);
            });
    return facts;
  }
}
