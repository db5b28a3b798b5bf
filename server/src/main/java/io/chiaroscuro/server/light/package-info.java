/** The light of a picture: what is said of it, and the signal leak that this becomes. */
package io.chiaroscuro.server.light;
