package io.chiaroscuro.cli.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An element of a page; what is put into it as text is escaped, so the page is well-formed. */
final class Element {

  private static final Set<String> VOID = Set.of("meta", "img", "br", "rect", "line", "path");

  private final String tag;
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private final List<Object> children = new ArrayList<>();

  private Element(String tag) {
    this.tag = tag;
  }

  static Element of(String tag) {
    return new Element(tag);
  }

  static Element of(String tag, String text) {
    return new Element(tag).text(text);
  }

  Element with(String attribute, Object value) {
    attributes.put(attribute, String.valueOf(value));
    return this;
  }

  Element text(String text) {
    children.add(text);
    return this;
  }

  Element add(Element child) {
    children.add(child);
    return this;
  }

  @Override
  public String toString() {
    StringBuilder html = new StringBuilder();
    append(html);
    return html.toString();
  }

  private void append(StringBuilder html) {
    html.append('<').append(tag);
    attributes.forEach(
        (name, value) ->
            html.append(' ').append(name).append("=\"").append(escaped(value)).append('"'));
    if (VOID.contains(tag)) {
      html.append("/>");
      return;
    }
    html.append('>');
    for (Object child : children) {
      if (child instanceof Element element) {
        element.append(html);
      } else {
        html.append(escaped((String) child));
      }
    }
    html.append("</").append(tag).append(">\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
