package io.akidb.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.Map;

/** Writes JSON, one object a line, to standard output or wherever it is told to. Thread-safe. */
final class JsonLines {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintStream out;

  JsonLines(PrintStream out) {
    this.out = out;
  }

  void line(Map<String, ?> fields) {
    try {
      String text = JSON.writeValueAsString(fields);
      synchronized (out) {
        out.println(text);
        out.flush();
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a progress line is not JSON", e);
    }
  }
}
