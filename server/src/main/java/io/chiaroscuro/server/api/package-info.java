/** Our own API, below /api. */
package io.chiaroscuro.server.api;
