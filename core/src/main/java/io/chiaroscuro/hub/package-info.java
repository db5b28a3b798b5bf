/**
 * Checkpoints by name, {@code org/name@revision}: fetched from the Hugging Face hub into its own
 * cache, which is shared with Python, so that neither downloads what the other has.
 *
 * <p>{@link io.chiaroscuro.hub.Hub} finds and fetches; {@link io.chiaroscuro.hub.HubCache} is the
 * folder on this machine.
 *
 * @see <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">The cache's
 *     layout</a>
 */
package io.chiaroscuro.hub;
