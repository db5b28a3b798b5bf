package io.chiaroscuro.hub;

import java.nio.file.Path;

/**
 * What a name has come to be on this disk.
 *
 * @param name as it was asked for
 * @param commit what its revision means now
 * @param path a folder, or the one file
 * @param files how many files belong to it
 * @param fetched how many of them were not here before
 * @param bytes how large all of them are
 */
public record PulledModel(
    ModelName name, String commit, Path path, int files, int fetched, long bytes) {}
