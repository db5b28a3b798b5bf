package io.chiaroscuro.hub;

/**
 * A file as the hub describes it.
 *
 * @param path in the repository, with slashes
 * @param etag what its content is known by
 * @param size in bytes, or {@link #UNKNOWN_SIZE}
 */
record RemoteFile(String path, String etag, long size) {

  static final long UNKNOWN_SIZE = -1;

  boolean sizeIsKnown() {
    return size != UNKNOWN_SIZE;
  }
}
