package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * What a handler answers.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param body empty for none; what is long takes its blocks and no more
 * @param headers besides the usual ones
 * @param once whether the body holds a secret that is shown this once, and must be kept nowhere
 */
record Answer(
    int status, String contentType, Blocks body, Map<String, String> headers, boolean once) {
  static final String JSON = "application/json";
  static final String PROBLEM = "application/problem+json";

  private static final Blocks NOTHING = Blocks.of(new byte[0]);

  Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
    this(status, contentType, Blocks.of(body), headers, false);
  }

  static Answer ok(JsonNode body) {
    return of(200, body);
  }

  static Answer of(int status, JsonNode body) {
    return new Answer(status, JSON, Json.bytes(body), Map.of());
  }

  static Answer json(Blocks body) {
    return new Answer(200, JSON, body, Map.of(), false);
  }

  static Answer noContent() {
    return new Answer(204, JSON, NOTHING, Map.of(), false);
  }

  Answer with(String header, String value) {
    Map<String, String> more = new java.util.HashMap<>(headers);
    more.put(header, value);
    return new Answer(status, contentType, body, Map.copyOf(more), once);
  }

  /** The same, whose body holds a secret. */
  Answer shownOnce() {
    return new Answer(status, contentType, body, headers, true);
  }

  /** What may be kept of it. */
  Answer withoutSecret() {
    // No block either: the place that one takes is not counted where it is kept.
    return once ? new Answer(status, contentType, NOTHING, headers, true) : this;
  }
}
