/** Requests become pictures. */
package io.chiaroscuro.server.render;
