/** Whether a model draws the emoji that it was asked for. */
package io.chiaroscuro.training.evaluation;
