package io.akidb.ingest;

import io.akidb.catalog.VectorRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes files by the letter of their formats, and reads files through the job's readers. */
final class TestFiles {
  static final String TENANT = "default";

  /** Order of the first row. */
  static final long BASE = 1_000;

  private TestFiles() {}

  static Path write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path file, String text) {
    return write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compressed.toByteArray();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** NEP 1, version 1.0. */
  static byte[] npyHeader(String dictionary) {
    String padded = dictionary + " ".repeat(63 - (10 + dictionary.length()) % 64) + "\n";
    return concat(
        new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0},
        new byte[] {(byte) padded.length(), (byte) (padded.length() >> 8)},
        padded.getBytes(StandardCharsets.ISO_8859_1));
  }

  static byte[] npyHeader(String descr, long rows, long dimension) {
    return npyHeader(
        "{'descr': '"
            + descr
            + "', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, dimension));
  }

  static byte[] npy(String descr, float[][] vectors) {
    int dimension = vectors.length == 0 ? 4 : vectors[0].length;
    return concat(npyHeader(descr, vectors.length, dimension), body(descr, vectors));
  }

  private static byte[] body(String descr, float[][] vectors) {
    int width = descr.charAt(2) - '0';
    int components = vectors.length == 0 ? 0 : vectors.length * vectors[0].length;
    ByteBuffer out = ByteBuffer.allocate(components * width).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] vector : vectors) {
      for (float x : vector) {
        switch (descr) {
          case "<f2" -> out.putShort(Float.floatToFloat16(x));
          case "<f4" -> out.putFloat(x);
          case "<f8" -> out.putDouble(x);
          case "|u1" -> out.put((byte) (int) x);
          default -> throw new IllegalArgumentException(descr);
        }
      }
    }
    return out.array();
  }

  static byte[] fvecs(float[][] vectors) {
    byte[][] rows = new byte[vectors.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = concat(int32(vectors[i].length), body("<f4", new float[][] {vectors[i]}));
    }
    return concat(rows);
  }

  static byte[] bvecs(float[][] vectors) {
    byte[][] rows = new byte[vectors.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = concat(int32(vectors[i].length), body("|u1", new float[][] {vectors[i]}));
    }
    return concat(rows);
  }

  /** MNIST's format: unsigned bytes, all sizes big-endian. */
  static byte[] idx(int[] sizes, byte[] values) {
    ByteBuffer head = ByteBuffer.allocate(4 + 4 * sizes.length).putInt(0x800 | sizes.length);
    for (int size : sizes) {
      head.putInt(size);
    }
    return concat(head.array(), values);
  }

  static byte[] int32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  static byte[] bytes(float[][] vectors) {
    return body("|u1", vectors);
  }

  static byte[] f32(float... vector) {
    return body("<f4", new float[][] {vector});
  }

  static RecordFile open(Path file, @Nullable Path sidecar, long rowsMax) {
    FileSplit split =
        new FileSplit(file.toString(), sidecar == null ? null : sidecar.toString(), 0, BASE);
    return RecordFile.open(file, split, new JsonRecordParser(TENANT), rowsMax);
  }

  static List<Item> readAll(Path file) {
    return readAll(file, null);
  }

  static List<Item> readAll(Path file, @Nullable Path sidecar) {
    List<Item> items = new ArrayList<>();
    try (RecordFile open = open(file, sidecar, Long.MAX_VALUE)) {
      for (Item item = open.next(); item != null; item = open.next()) {
        items.add(item);
      }
    }
    return items;
  }

  static VectorRecord row(Item item) {
    if (item instanceof Item.Row row) {
      return row.vector();
    }
    throw new AssertionError("a dead letter: " + ((Item.DeadLetter) item).reason());
  }

  static List<VectorRecord> rows(List<Item> items) {
    return items.stream().map(TestFiles::row).toList();
  }

  static Item.DeadLetter letter(Item item) {
    if (item instanceof Item.DeadLetter letter) {
      return letter;
    }
    throw new AssertionError("no dead letter: " + item);
  }

  static String payload(VectorRecord row) {
    byte[] payload = row.payload();
    return payload == null ? "" : new String(payload, StandardCharsets.UTF_8);
  }
}
