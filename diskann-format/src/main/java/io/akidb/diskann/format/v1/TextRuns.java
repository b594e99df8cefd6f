package io.akidb.diskann.format.v1;

import io.akidb.diskann.kernel.SegmentLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.roaringbitmap.RoaringBitmap;

/**
 * Distinct texts, each with the positions that have it. Those in the heap can be moved to a file
 * that is shared with others, as a run in UTF-8 order; runs are merged as they are read.
 */
final class TextRuns {
  /** About what the heap holds of a text beside its characters, and of a further position of it. */
  private static final int BYTES_PER_TEXT = 320;

  private static final int BYTES_PER_POSITION = 4;

  private record Run(long from, long to) {}

  private final Map<String, RoaringBitmap> held = new TreeMap<>(Utf8.ORDER);
  private final List<Run> runs = new ArrayList<>();
  private long heldBytes;

  void add(String text, int position) {
    of(text).add(position);
    heldBytes += BYTES_PER_POSITION;
  }

  /** Adds a text to all positions, of which there is at least one. */
  void add(String text, RoaringBitmap positions) {
    of(text).or(positions);
    heldBytes += positions.getLongSizeInBytes();
  }

  private RoaringBitmap of(String text) {
    RoaringBitmap positions = held.get(text);
    if (positions == null) {
      positions = new RoaringBitmap();
      held.put(text, positions);
      heldBytes += BYTES_PER_TEXT + 2L * text.length();
    }
    return positions;
  }

  /** About what the heap holds. */
  long heldBytes() {
    return heldBytes;
  }

  /** Moves what the heap holds to the file. */
  void flush(SectionOutput file) {
    if (held.isEmpty()) {
      return;
    }
    long from = file.position();
    held.forEach(
        (text, positions) -> {
          byte[] utf8 = Utf8.encode(text);
          positions.runOptimize();
          byte[] bitmap = AttributeColumns.serialize(positions);
          file.putInt(utf8.length);
          file.putInt(bitmap.length);
          file.putBytes(utf8);
          file.putBytes(bitmap);
        });
    runs.add(new Run(from, file.position()));
    held.clear();
    heldBytes = 0;
  }

  /** Nothing more is added: what is not all in the heap is all in the file. */
  void finish(SectionOutput file) {
    if (!runs.isEmpty()) {
      flush(file);
    }
  }

  /**
   * Gives each text once, in UTF-8 order, with all its positions, which are not to be changed.
   *
   * @param file mapped, with all runs
   */
  void forEach(MemorySegment file, BiConsumer<String, RoaringBitmap> visitor) {
    if (runs.isEmpty()) {
      held.forEach(visitor);
      return;
    }
    if (!held.isEmpty()) {
      throw new IllegalStateException("not all is in the file");
    }
    PriorityQueue<Cursor> cursors =
        new PriorityQueue<>(Comparator.comparing(cursor -> cursor.text, Utf8.ORDER));
    runs.forEach(run -> cursors.add(new Cursor(file, run)));
    while (!cursors.isEmpty()) {
      Cursor first = cursors.remove();
      String text = first.text;
      RoaringBitmap positions = first.positions();
      advance(cursors, first);
      for (Cursor same = cursors.peek();
          same != null && same.text.equals(text);
          same = cursors.peek()) {
        cursors.remove();
        positions.or(same.positions());
        advance(cursors, same);
      }
      visitor.accept(text, positions);
    }
  }

  private static void advance(PriorityQueue<Cursor> cursors, Cursor cursor) {
    if (cursor.next()) {
      cursors.add(cursor);
    }
  }

  /** Reads a run, which is not empty. */
  private static final class Cursor {
    private static final int HEADER_BYTES = 8;

    private final MemorySegment file;
    private final long to;
    private long at;
    private long bitmapAt;
    private String text = "";

    Cursor(MemorySegment file, Run run) {
      this.file = file;
      this.at = run.from();
      this.to = run.to();
      read();
    }

    private void read() {
      int length = file.get(SegmentLayout.I32, at);
      bitmapAt = at + HEADER_BYTES + length;
      text = Utf8.decode(file.asSlice(at + HEADER_BYTES, length), "a text");
    }

    private int bitmapBytes() {
      return file.get(SegmentLayout.I32, at + 4);
    }

    boolean next() {
      at = bitmapAt + bitmapBytes();
      if (at == to) {
        return false;
      }
      read();
      return true;
    }

    RoaringBitmap positions() {
      ByteBuffer bytes =
          file.asSlice(bitmapAt, bitmapBytes()).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      RoaringBitmap bitmap = new RoaringBitmap();
      try {
        bitmap.deserialize(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the work files", e);
      }
      return bitmap;
    }
  }
}
