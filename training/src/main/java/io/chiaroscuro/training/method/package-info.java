/** The ways to train a checkpoint: what a user asks for, put together to what a run trains. */
package io.chiaroscuro.training.method;
