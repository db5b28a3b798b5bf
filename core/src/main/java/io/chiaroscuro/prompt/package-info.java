/**
 * From a prompt as people write it to what a text encoder takes: {@link
 * io.chiaroscuro.prompt.PromptSyntax} reads weights and breaks, {@link
 * io.chiaroscuro.prompt.TokenizedPrompts} cuts long prompts into chunks and puts their encodings
 * together again.
 */
package io.chiaroscuro.prompt;
