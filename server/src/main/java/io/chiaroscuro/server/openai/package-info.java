/**
 * The door of OpenAI's images API, below /v1: its requests become ours, our pictures its answers.
 */
package io.chiaroscuro.server.openai;
