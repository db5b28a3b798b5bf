/**
 * The training set of the embedded model: OpenMoji's drawings on backgrounds over the whole range
 * of light, with captions. Everything is a function of the seed.
 */
package io.chiaroscuro.training.openmoji;
