package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * An answer that is being written, of bounded length: rows are bounded in number by what was asked
 * for, but vectors and payloads may be long. For one thread.
 */
final class AnswerBytes extends OutputStream {
  static final int BYTES_MAX = 64 << 20;

  // What stands behind the last row of a page, a thousand ids of what cannot be read among it, and
  // in the generator's own buffer before it.
  private static final int REST_BYTES_MAX = 512 << 10;

  private final Departures.Room room;
  private final String remedy;
  private final Blocks written = new Blocks();

  private AnswerBytes(Departures.Room room, String remedy) {
    this.room = room;
    this.remedy = remedy;
  }

  /** Writes one document. */
  @FunctionalInterface
  interface JsonWriter {
    void write(JsonGenerator json, AnswerBytes written) throws IOException;
  }

  /**
   * What is written by hand: such answers are the hottest JSON and the longest, and payloads go out
   * as they were stored.
   *
   * @param room for it, also while it is sent
   * @param remedy what to do where the answer would be too long; empty if it cannot be
   * @throws ServingException TOO_LARGE, or OVERLOADED if there is no room
   */
  static Answer answer(Departures.Room room, String remedy, JsonWriter writer) {
    try (AnswerBytes bytes = new AnswerBytes(room, remedy);
        JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
      writer.write(json, bytes);
      json.flush();
      return Answer.json(bytes.written);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether so much more fits, and the end of a page behind it. */
  boolean hasRoomFor(int bytes) {
    return written.size() <= BYTES_MAX - REST_BYTES_MAX - bytes;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    requireRoomFor(length);
    written.add(bytes, from, length);
  }

  private void requireRoomFor(int length) {
    if (written.size() > BYTES_MAX - length) {
      throw ServingException.of(
          Reason.TOO_LARGE,
          "the answer would be longer than " + (BYTES_MAX >> 20) + " MiB; " + remedy);
    }
    room.require((long) written.size() + length);
  }
}
