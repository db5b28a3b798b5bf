/**
 * Stable Diffusion in one file, as its authors trained and published it: other names for the same
 * tensors, and neither settings nor a tokenizer beside them.
 */
package io.chiaroscuro.original;
