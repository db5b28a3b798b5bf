/** Jobs, one after the other on one thread: what they ask for, where they stand, who watches. */
package io.chiaroscuro.server.job;
