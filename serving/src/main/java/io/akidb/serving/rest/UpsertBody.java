package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.FieldError;
import io.akidb.catalog.RecordValidator;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.problem.FieldProblem;
import io.akidb.serving.problem.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code {"vectors": [{"id", "vector", "payload"}]}} in one pass, and checks each row against
 * the schema.
 */
final class UpsertBody {
  static final int ROWS_MAX = 10_000;
  private static final int PROBLEMS_MAX = 20;
  private static final int EMPTY_OBJECT_BYTES = 2;
  private static final List<String> FIELDS = List.of("vectors");
  private static final List<String> ROW_FIELDS = List.of("id", "vector", "payload");

  private final CollectionSchema schema;
  private final RecordValidator validator;
  private final List<VectorRecord> rows = new ArrayList<>();
  private final List<FieldProblem> problems = new ArrayList<>();

  private UpsertBody(CollectionSchema schema) {
    this.schema = schema;
    this.validator = new RecordValidator(schema);
  }

  /** The rows, whose orders are still to be given. */
  static List<VectorRecord> parse(InputStream body, CollectionSchema schema) {
    UpsertBody parsed = new UpsertBody(schema);
    try (JsonParser parser = Json.MAPPER.createParser(body)) {
      parsed.readBody(parser);
    } catch (JsonProcessingException e) {
      throw Fields.malformed(e);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    if (!parsed.problems.isEmpty()) {
      throw ServingException.invalid(parsed.problems);
    }
    if (parsed.rows.isEmpty()) {
      throw ServingException.invalid("/vectors", "must be a list of at least one vector");
    }
    return parsed.rows;
  }

  private void readBody(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw ServingException.invalid("", "must be a JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      Fields.requireKnown(parser.currentName(), "", FIELDS);
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw ServingException.invalid("/vectors", "must be a list of vectors");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (rows.size() == ROWS_MAX) {
          throw ServingException.invalid("/vectors", "has more than " + ROWS_MAX + " vectors");
        }
        readRow(parser, "/vectors/" + rows.size());
      }
    }
    if (parser.nextToken() != null) {
      throw ServingException.invalid("", "goes on after the end of its object");
    }
  }

  private void readRow(JsonParser parser, String pointer) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw ServingException.invalid(pointer, "must be an object with id, vector and payload");
    }
    String id = null;
    float[] vector = null;
    byte[] payload = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      Fields.requireKnown(name, pointer, ROW_FIELDS);
      JsonToken value = parser.nextToken();
      switch (name) {
        case "id" -> {
          if (value != JsonToken.VALUE_STRING) {
            throw ServingException.invalid(pointer + "/id", "must be a string");
          }
          id = parser.getText();
        }
        case "vector" -> vector = VectorJson.read(parser, pointer + "/vector", schema.dimension());
        default -> payload = payload(parser, pointer + "/payload");
      }
    }
    if (id == null || vector == null) {
      throw ServingException.invalid(pointer + (id == null ? "/id" : "/vector"), "is missing");
    }
    VectorRecord row = VectorRecord.upsert(id, 0, vector, payload);
    rows.add(row);
    for (FieldError error : validator.check(row)) {
      if (problems.size() < PROBLEMS_MAX) {
        problems.add(new FieldProblem(pointer + error.pointer(), error.detail()));
      }
    }
  }

  private static byte @Nullable [] payload(JsonParser parser, String pointer) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw ServingException.invalid(pointer, "must be an object");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = Json.MAPPER.createGenerator(bytes)) {
      // Exact: a number keeps all its digits.
      out.copyCurrentStructureExact(parser);
    }
    return bytes.size() == EMPTY_OBJECT_BYTES ? null : bytes.toByteArray();
  }
}
