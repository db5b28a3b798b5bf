/** The models that are served, and those of them that are in memory. */
package io.chiaroscuro.server.model;
