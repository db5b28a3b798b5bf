/** What a network is asked for: the noised input, the target, and how far off it may be. */
package io.chiaroscuro.training.objective;
