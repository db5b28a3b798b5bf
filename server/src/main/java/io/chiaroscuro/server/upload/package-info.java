/** Pictures that clients send. */
package io.chiaroscuro.server.upload;
