/**
 * The article and the paper, reproduced on a small model: {@link io.chiaroscuro.cli.demo.Demo} runs
 * one {@link io.chiaroscuro.cli.demo.Section} an experiment and writes what each measured.
 */
package io.chiaroscuro.cli.demo;
