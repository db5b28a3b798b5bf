package io.chiaroscuro.adapter;

/**
 * A LoRA and how much of it.
 *
 * @param lora stays the caller's
 */
public record WeightedLora(Lora lora, LoraWeight weight) {}
