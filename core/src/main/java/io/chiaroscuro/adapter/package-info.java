/**
 * What is put onto a checkpoint without changing it: low-rank adaptations and learnt words, with
 * the files they come in.
 */
package io.chiaroscuro.adapter;
