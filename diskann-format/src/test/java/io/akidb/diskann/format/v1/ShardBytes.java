package io.akidb.diskann.format.v1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * A shard file's bytes to be changed, with the numbers of {@code spec/v1.md} and not those of the
 * code.
 */
final class ShardBytes {
  static final int HEADER_BYTES = 4096;
  static final int AT_VERSION = 8;
  static final int AT_KIND = 24;
  static final int AT_SECTION_COUNT = 28;
  static final int AT_REQUIRED_COUNT = 32;
  static final int AT_OPTIONAL_COUNT = 36;
  static final int AT_REQUIRED = 40;
  static final int AT_OPTIONAL = 104;
  static final int AT_TABLE = 168;
  static final int ENTRY_BYTES = 32;

  static final int FEATURE_HALVES = 5;
  static final int FEATURE_BYTES = 6;

  static final int PARAMETERS = 1;
  static final int NODES = 2;
  static final int CODEBOOK = 3;
  static final int CODES = 4;
  static final int IDS = 5;
  static final int ID_INDEX = 6;
  static final int ORDERS = 7;
  static final int PAYLOADS = 8;
  static final int ATTRIBUTES = 9;
  static final int ENTRIES = 10;
  static final int CALIBRATION = 11;

  private final ByteBuffer bytes;

  ShardBytes(byte[] original) {
    bytes = ByteBuffer.wrap(original.clone()).order(ByteOrder.LITTLE_ENDIAN);
  }

  static ShardBytes of(Path file) {
    try {
      return new ShardBytes(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ByteBuffer buffer() {
    return bytes;
  }

  byte[] array() {
    return bytes.array();
  }

  int length() {
    return bytes.capacity();
  }

  int sections() {
    return bytes.getInt(AT_SECTION_COUNT);
  }

  int entry(int i) {
    return AT_TABLE + i * ENTRY_BYTES;
  }

  int id(int i) {
    return bytes.getInt(entry(i));
  }

  int entryOf(int id) {
    for (int i = 0; i < sections(); i++) {
      if (id(i) == id) {
        return entry(i);
      }
    }
    throw new IllegalArgumentException("no section " + id);
  }

  /** Ids of all sections, ascending. */
  List<Integer> ids() {
    return IntStream.range(0, sections()).map(this::id).sorted().boxed().toList();
  }

  /** Where a section begins. */
  int at(int id) {
    return (int) bytes.getLong(entryOf(id) + 8);
  }

  int length(int id) {
    return (int) bytes.getLong(entryOf(id) + 16);
  }

  int size() {
    return bytes.getInt(at(PARAMETERS) + 8);
  }

  /** These with one section more, at the end. */
  ShardBytes withSection(int id, byte[] contents) {
    int at = (length() + 63) / 64 * 64;
    ShardBytes more = new ShardBytes(Arrays.copyOf(array(), at + contents.length));
    int entry = more.entry(more.sections());
    more.bytes.putInt(AT_SECTION_COUNT, more.sections() + 1).putLong(16, more.length());
    more.bytes.putInt(entry, id).putLong(entry + 8, at).putLong(entry + 16, contents.length);
    more.bytes.put(at, contents);
    return more.fixChecksums();
  }

  /** Makes every checksum of a section hold that lies within the file, and the header's. */
  ShardBytes fixChecksums() {
    for (int i = 0; i < Math.clamp(sections(), 0, 64); i++) {
      long offset = bytes.getLong(entry(i) + 8);
      long length = bytes.getLong(entry(i) + 16);
      if (offset >= 0 && length >= 0 && offset <= length() && length <= length() - offset) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), (int) offset, (int) length);
        bytes.putInt(entry(i) + 4, (int) crc.getValue());
      }
    }
    return fixHeader();
  }

  ShardBytes fixHeader() {
    bytes.putInt(12, 0);
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, HEADER_BYTES);
    bytes.putInt(12, (int) crc.getValue());
    return this;
  }

  void write(Path file) {
    write(file, length());
  }

  void write(Path file, int length) {
    try {
      Files.write(file, Arrays.copyOf(array(), length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
