package io.chiaroscuro.clip;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that makes one CLIP tokenizer differ from another.
 *
 * @param vocab ids by token
 * @param merges pairs of tokens, separated by a space, in the order in which they merge
 * @param addedTokens in the order in which they are added
 * @param modelMaxLength the length to which prompts are padded or truncated
 */
record TokenizerDefinition(
    Map<String, Integer> vocab,
    List<String> merges,
    List<AddedToken> addedTokens,
    String bosToken,
    String eosToken,
    String unkToken,
    String padToken,
    int modelMaxLength) {

  /** The words CLIP's original tokenizer splits a text into. */
  private static final String WORDS =
      "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d"
          + "|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

  TokenizerDefinition {
    vocab = Collections.unmodifiableMap(vocab);
    merges = List.copyOf(merges);
    addedTokens = List.copyOf(addedTokens);
  }

  /** One more than the highest id. */
  int size() {
    int known = vocab.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    int added = addedTokenIds().values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    return Math.max(known, added) + 1;
  }

  TokenizerDefinition withAddedTokens(List<String> contents) {
    List<AddedToken> tokens = new ArrayList<>(addedTokens);
    contents.forEach(content -> tokens.add(AddedToken.placeholder(content)));
    return new TokenizerDefinition(
        vocab, merges, tokens, bosToken, eosToken, unkToken, padToken, modelMaxLength);
  }

  /** Tokens of the vocabulary keep their ids; the others follow its last one. */
  Map<String, Integer> addedTokenIds() {
    Map<String, Integer> ids = new LinkedHashMap<>();
    int next = vocab.size();
    for (AddedToken token : addedTokens) {
      if (vocab.containsKey(token.content())) {
        ids.put(token.content(), vocab.get(token.content()));
      } else if (ids.putIfAbsent(token.content(), next) == null) {
        next++;
      }
    }
    return ids;
  }

  /** The document {@code tokenizer.json} of the tokenizers library. */
  String toJson() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("version", "1.0").putNull("truncation").putNull("padding");
    Map<String, Integer> ids = addedTokenIds();
    ArrayNode added = document.putArray("added_tokens");
    for (AddedToken token : addedTokens) {
      added
          .addObject()
          .put("id", ids.get(token.content()))
          .put("content", token.content())
          .put("single_word", token.singleWord())
          .put("lstrip", token.lstrip())
          .put("rstrip", token.rstrip())
          .put("normalized", token.normalized())
          .put("special", token.special());
    }
    writeNormalizer(document.putObject("normalizer"));
    writePreTokenizer(document.putObject("pre_tokenizer"));
    ObjectNode post = document.putObject("post_processor").put("type", "RobertaProcessing");
    post.putArray("sep").add(eosToken).add(ids.get(eosToken));
    post.putArray("cls").add(bosToken).add(ids.get(bosToken));
    post.put("trim_offsets", false).put("add_prefix_space", false);
    writeByteLevel(document.putObject("decoder"));
    writeModel(document.putObject("model"));
    return document.toString();
  }

  private static void writeNormalizer(ObjectNode normalizer) {
    ArrayNode steps = normalizer.put("type", "Sequence").putArray("normalizers");
    steps.addObject().put("type", "NFC");
    ObjectNode whitespace = steps.addObject().put("type", "Replace");
    whitespace.putObject("pattern").put("Regex", "\\s+");
    whitespace.put("content", " ");
    steps.addObject().put("type", "Lowercase");
  }

  private static void writePreTokenizer(ObjectNode preTokenizer) {
    ArrayNode steps = preTokenizer.put("type", "Sequence").putArray("pretokenizers");
    ObjectNode split = steps.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", WORDS);
    split.put("behavior", "Removed").put("invert", true);
    writeByteLevel(steps.addObject());
  }

  private static void writeByteLevel(ObjectNode step) {
    step.put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  private void writeModel(ObjectNode model) {
    model
        .put("type", "BPE")
        .putNull("dropout")
        .put("unk_token", unkToken)
        .put("continuing_subword_prefix", "")
        .put("end_of_word_suffix", "</w>")
        .put("fuse_unk", false)
        .put("byte_fallback", false)
        .put("ignore_merges", false);
    ObjectNode ids = model.putObject("vocab");
    vocab.forEach(ids::put);
    ArrayNode pairs = model.putArray("merges");
    merges.forEach(pairs::add);
  }
}
