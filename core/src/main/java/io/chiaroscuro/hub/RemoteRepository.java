package io.chiaroscuro.hub;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the hub holds at a revision.
 *
 * @param commit the commit it is at now
 * @param files all its files, with slashes
 */
record RemoteRepository(String commit, SortedSet<String> files) {

  RemoteRepository {
    files = Collections.unmodifiableSortedSet(new TreeSet<>(files));
  }
}
