/**
 * The six examples of the signal leak's authors (<a
 * href="https://arxiv.org/abs/2309.15842">Everaert et al., WACV 2024</a>), made again on
 * checkpoints of one's own: {@link io.chiaroscuro.cli.examples.ExampleRun} makes one and writes its
 * report.
 */
package io.chiaroscuro.cli.examples;
