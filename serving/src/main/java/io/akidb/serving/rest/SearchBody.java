package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.serving.problem.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of a search: its vectors, read fast, and its other fields.
 *
 * @param vectors one, or many; empty for a search by id
 * @param many whether a list of them was asked, so that the answer is a list of lists
 * @param fields the rest
 */
record SearchBody(List<float[]> vectors, boolean many, Fields fields) {
  static final int VECTORS_MAX = 256;
  private static final List<String> FIELDS =
      List.of(
          "vector",
          "vectors",
          "id",
          "k",
          "filter",
          "recall",
          "search_list_size",
          "radius",
          "include",
          "at_least",
          "as_of",
          "explain");

  static SearchBody parse(InputStream body, int dimension) {
    List<float[]> vectors = new ArrayList<>();
    ObjectNode rest = Json.object();
    int ways = 0;
    boolean many = false;
    try (JsonParser parser = Json.MAPPER.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw ServingException.invalid("", "must be a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        Fields.requireKnown(name, "", FIELDS);
        parser.nextToken();
        switch (name) {
          case "vector" -> {
            ways++;
            vectors.add(VectorJson.read(parser, "/vector", dimension));
          }
          case "vectors" -> {
            ways++;
            many = true;
            readMany(parser, vectors, dimension);
          }
          default -> rest.set(name, parser.readValueAsTree());
        }
      }
      if (parser.nextToken() != null) {
        throw ServingException.invalid("", "goes on after the end of its object");
      }
    } catch (JsonProcessingException e) {
      throw Fields.malformed(e);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    if (ways + (rest.hasNonNull("id") ? 1 : 0) != 1) {
      throw ServingException.invalid("", "must have exactly one of vector, vectors and id");
    }
    return new SearchBody(vectors, many, Fields.of(rest, "", FIELDS));
  }

  private static void readMany(JsonParser parser, List<float[]> into, int dimension)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw ServingException.invalid("/vectors", "must be a list of vectors");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (into.size() == VECTORS_MAX) {
        throw ServingException.invalid("/vectors", "has more than " + VECTORS_MAX + " vectors");
      }
      into.add(VectorJson.read(parser, "/vectors/" + into.size(), dimension));
    }
    if (into.isEmpty()) {
      throw ServingException.invalid("/vectors", "must have at least one vector");
    }
  }
}
