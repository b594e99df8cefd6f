package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.search.Hit;
import io.akidb.serving.search.VectorReader;
import io.akidb.serving.shard.StoredVector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes vectors as they are stored, row after row, so that no more is held than is answered. */
final class VectorAnswers {
  // A thousand of the largest rows would be twice as long as an answer may be.
  private static final int READ_AT_ONCE = 64;
  // More than any row takes: 64 KiB of payload, 4,096 numbers and an id.
  private static final int ROW_BYTES_MAX = 256 << 10;

  private VectorAnswers() {}

  /** One vector. */
  static Answer one(Departures.Room room, StoredVector found) {
    return AnswerBytes.answer(room, "", (json, _) -> write(json, found, true));
  }

  /**
   * The vectors of these ids, and which are missing.
   *
   * @param visible those that do not match are missing; null for none
   * @throws io.akidb.serving.problem.ServingException TOO_LARGE if they are more than an answer has
   */
  static Answer fetched(
      Departures.Room room, CollectionView view, Set<String> ids, @Nullable Filter visible) {
    List<String> missing = new ArrayList<>();
    return AnswerBytes.answer(
        room,
        "ask for fewer ids",
        (json, _) -> {
          json.writeStartObject();
          json.writeArrayFieldStart("vectors");
          for (String id : ids) {
            Optional<StoredVector> found = VectorReader.find(view, id, visible);
            if (found.isPresent()) {
              write(json, found.get(), true);
            } else {
              missing.add(id);
            }
          }
          json.writeEndArray();
          json.writeArrayFieldStart("missing");
          for (String id : missing) {
            json.writeString(id);
          }
          json.writeEndArray();
          json.writeNumberField("generation", view.generation());
          json.writeEndObject();
        });
  }

  /**
   * A page of a list, which ends early where an answer may not be longer.
   *
   * @param hits all of the page
   * @param limit as many as were asked for
   */
  static Answer page(
      Departures.Room room, CollectionView view, List<Hit> hits, int limit, boolean vectors) {
    return AnswerBytes.answer(
        room,
        "",
        (json, written) -> {
          json.writeStartObject();
          json.writeArrayFieldStart("items");
          int count = 0;
          while (count < hits.size() && written.hasRoomFor(ROW_BYTES_MAX)) {
            int end = Math.min(hits.size(), count + READ_AT_ONCE);
            for (StoredVector row : VectorReader.read(view, hits.subList(count, end), vectors)) {
              if (!written.hasRoomFor(ROW_BYTES_MAX)) {
                break;
              }
              write(json, row, vectors);
              count++;
            }
          }
          json.writeEndArray();
          boolean isLast = count == hits.size() && count < limit;
          json.writeStringField("next_cursor", isLast ? null : cursor(hits.get(count - 1).id()));
          json.writeNumberField("generation", view.generation());
          json.writeEndObject();
        });
  }

  private static String cursor(String id) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(id.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(JsonGenerator json, StoredVector stored, boolean withVector)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("id", stored.id());
    if (withVector) {
      writeVector(json, stored.vector());
    }
    writePayload(json, stored);
    json.writeEndObject();
  }

  static void writeVector(JsonGenerator json, float[] vector) throws IOException {
    json.writeArrayFieldStart("vector");
    for (float x : vector) {
      json.writeNumber(x);
    }
    json.writeEndArray();
  }

  /** As it was written, whatever numbers and names it has: nothing is read again, nothing lost. */
  static void writePayload(JsonGenerator json, StoredVector stored) throws IOException {
    if (stored.payload().length > 0) {
      json.writeFieldName("payload");
      json.writeRawValue(new String(stored.payload(), StandardCharsets.UTF_8));
    }
  }
}
