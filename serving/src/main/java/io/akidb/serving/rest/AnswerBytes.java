package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer that is being written, of bounded length: rows are bounded in number by what was asked
 * for, but vectors and payloads may be long. For one thread.
 */
final class AnswerBytes extends OutputStream {
  static final int BYTES_MAX = 64 << 20;

  // What stands behind the last row of a page, a thousand ids of what cannot be read among it, and
  // in the generator's own buffer before it.
  private static final int REST_BYTES_MAX = 512 << 10;
  private static final int FIRST_BLOCK_BYTES = 8 << 10;
  private static final int BLOCK_BYTES_MAX = 1 << 20;

  private final Departures.Room room;
  private final String remedy;
  // Not copied as they become more, as one array would be.
  private final List<byte[]> full = new ArrayList<>();
  private byte[] block = new byte[FIRST_BLOCK_BYTES];
  private int filled;
  private int count;

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
      return Answer.json(bytes.joined());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether so much more fits, and the end of a page behind it. */
  boolean hasRoomFor(int bytes) {
    return count <= BYTES_MAX - REST_BYTES_MAX - bytes;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    requireRoomFor(length);
    for (int done = 0; done < length; ) {
      if (filled == block.length) {
        full.add(block);
        block = new byte[Math.min(2 * filled, BLOCK_BYTES_MAX)];
        filled = 0;
      }
      int part = Math.min(length - done, block.length - filled);
      System.arraycopy(bytes, from + done, block, filled, part);
      filled += part;
      done += part;
    }
    count += length;
  }

  private void requireRoomFor(int length) {
    if (count > BYTES_MAX - length) {
      throw ServingException.of(
          Reason.TOO_LARGE,
          "the answer would be longer than " + (BYTES_MAX >> 20) + " MiB; " + remedy);
    }
    room.require((long) count + length);
  }

  private byte[] joined() {
    byte[] all = new byte[count];
    int at = 0;
    for (byte[] each : full) {
      System.arraycopy(each, 0, all, at, each.length);
      at += each.length;
    }
    System.arraycopy(block, 0, all, at, filled);
    return all;
  }
}
