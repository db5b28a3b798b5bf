package io.chiaroscuro.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A page that every parser reads alike, since it is XML as well. */
public record WellFormed(Document document) {

  public static WellFormed parse(Path file) throws IOException {
    try {
      return new WellFormed(
          DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile()));
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(file + " is not well-formed", e);
    }
  }

  /** The values of an attribute of all elements of a tag. */
  public List<String> values(String tag, String attribute) {
    NodeList nodes = document.getElementsByTagName(tag);
    List<String> values = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      Element element = (Element) nodes.item(i);
      if (element.hasAttribute(attribute)) {
        values.add(element.getAttribute(attribute));
      }
    }
    return values;
  }
}
