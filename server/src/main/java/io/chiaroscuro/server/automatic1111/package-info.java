/**
 * The door of AUTOMATIC1111's web UI, below /sdapi/v1: the names, defaults and answers that its
 * many clients know.
 */
package io.chiaroscuro.server.automatic1111;
