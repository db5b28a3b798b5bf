/** What all doors share: who may come in, how much he may bring, what he is told when it fails. */
package io.chiaroscuro.server.http;
