/**
 * What is put onto a checkpoint and taken off again to the last bit: low-rank adaptations and
 * learnt words, with the files they come in.
 */
package io.chiaroscuro.adapter;
