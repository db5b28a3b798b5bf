/** Fine-tuning and training from scratch, on core. */
package io.chiaroscuro.training;
