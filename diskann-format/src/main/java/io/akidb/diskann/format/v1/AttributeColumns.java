package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.IndexSchema;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Declared attributes on their way into a shard, by order of arrival: of texts and booleans which
 * positions have a value, of numbers each position's value. Written once the positions' nodes are
 * known. What is over a bound of memory waits in a work file.
 */
public final class AttributeColumns implements AutoCloseable {
  private final Map<String, Column> columns = new LinkedHashMap<>();
  private final long memoryBytes;
  private final @Nullable ScratchFile file;
  private MemorySegment mapped = MemorySegment.NULL;

  /**
   * Of no values yet.
   *
   * @param memoryBytes about the most that the heap shall hold
   */
  public AttributeColumns(IndexSchema schema, Path workDirectory, long memoryBytes) {
    this.memoryBytes = memoryBytes;
    this.file = schema.attributes().isEmpty() ? null : new ScratchFile(workDirectory, "attributes");
    schema
        .attributes()
        .forEach(
            (name, type) ->
                columns.put(
                    name,
                    switch (type) {
                      case STRING, STRING_LIST, BOOLEAN -> new Texts();
                      case LONG, DOUBLE -> new Numbers(type);
                    }));
  }

  /** Adds values that {@link AttributeChecks} passes. Positions come ascending. */
  public void add(int position, Map<String, AttributeValue> values) {
    values.forEach(
        (name, value) -> {
          Column column = columns.get(name);
          if (column == null) {
            throw new IllegalArgumentException("attribute '" + name + "' is not declared");
          }
          column.add(position, value);
        });
    keepBounded();
  }

  /** Adds a text, or the word of a boolean, to all positions, if there is such a column. */
  void addText(String name, String text, RoaringBitmap positions) {
    if (columns.get(name) instanceof Texts texts && !positions.isEmpty()) {
      texts.runs.add(text, positions);
      keepBounded();
    }
  }

  /** Adds a number of the column's type, in its 64 bits, if there is such a column. */
  void addNumber(String name, int position, long bits) {
    if (columns.get(name) instanceof Numbers numbers) {
      numbers.blocks.add(out(), position, bits);
    }
  }

  private void keepBounded() {
    long held = 0;
    for (Column column : columns.values()) {
      held += column.heldBytes();
    }
    if (held > memoryBytes) {
      columns.values().forEach(Column::flush);
    }
  }

  private SectionOutput out() {
    if (file == null) {
      throw new IllegalStateException("there are no attributes");
    }
    return file.out();
  }

  /**
   * Writes the section, a column after the other; beside what was added, memory holds a bitmap at a
   * time.
   *
   * @param positions of each node
   * @param nodes node of each position
   */
  void write(SectionOutput out, int[] positions, int[] nodes) {
    if (file != null) {
      columns.values().forEach(Column::finish);
      mapped = file.map();
    }
    out.putInt(columns.size());
    long at = 0;
    for (Column column : columns.values()) {
      long length = column.length(nodes);
      out.putLong(at);
      out.putLong(length);
      at += length;
    }
    columns.values().forEach(column -> column.write(out, positions, nodes));
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }

  static byte[] serialize(RoaringBitmap bitmap) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(bitmap.serializedSizeInBytes());
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      bitmap.serialize(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static RoaringBitmap renumber(RoaringBitmap positions, int[] nodes) {
    int[] renumbered = positions.toArray();
    for (int i = 0; i < renumbered.length; i++) {
      renumbered[i] = nodes[renumbered[i]];
    }
    Arrays.sort(renumbered);
    RoaringBitmap bitmap = RoaringBitmap.bitmapOf(renumbered);
    bitmap.runOptimize();
    return bitmap;
  }

  private abstract static class Column {
    abstract void add(int position, AttributeValue value);

    /** About what the heap holds that {@link #flush} would move to the file. */
    abstract long heldBytes();

    abstract void flush();

    /** Nothing more is added. */
    abstract void finish();

    /** Bytes that {@link #write} writes. */
    abstract long length(int[] nodes);

    abstract void write(SectionOutput out, int[] positions, int[] nodes);
  }

  /**
   * Distinct texts in UTF-8 order, each with the positions that have it; booleans are texts here.
   */
  private final class Texts extends Column {
    private final TextRuns runs = new TextRuns();

    @Override
    void add(int position, AttributeValue value) {
      switch (value) {
        case AttributeValue.Text text -> runs.add(text.value(), position);
        case AttributeValue.TextList list ->
            list.values().forEach(element -> runs.add(element, position));
        case AttributeValue.Bool bool -> runs.add(Boolean.toString(bool.value()), position);
        case AttributeValue.Int64 number -> throw new IllegalArgumentException("a number");
        case AttributeValue.Float64 number -> throw new IllegalArgumentException("a number");
      }
    }

    @Override
    long heldBytes() {
      return runs.heldBytes();
    }

    @Override
    void flush() {
      runs.flush(out());
    }

    @Override
    void finish() {
      runs.finish(out());
    }

    @Override
    long length(int[] nodes) {
      long[] length = {4 + 16};
      runs.forEach(
          mapped,
          (text, positions) ->
              length[0] +=
                  16
                      + Utf8.encode(text).length
                      + (long) renumber(positions, nodes).serializedSizeInBytes());
      return length[0];
    }

    @Override
    void write(SectionOutput out, int[] positions, int[] nodes) {
      int[] count = {0};
      runs.forEach(mapped, (text, having) -> count[0]++);
      out.putInt(count[0]);
      long[] at = {0};
      out.putLong(0);
      runs.forEach(mapped, (text, having) -> out.putLong(at[0] += Utf8.encode(text).length));
      at[0] = 0;
      out.putLong(0);
      runs.forEach(
          mapped,
          (text, having) -> out.putLong(at[0] += renumber(having, nodes).serializedSizeInBytes()));
      runs.forEach(mapped, (text, having) -> out.putBytes(Utf8.encode(text)));
      runs.forEach(mapped, (text, having) -> out.putBytes(serialize(renumber(having, nodes))));
    }
  }

  /** A number for each position, and which positions have one. */
  private final class Numbers extends Column {
    private final AttributeType type;
    private final NumberBlocks blocks = new NumberBlocks();

    Numbers(AttributeType type) {
      this.type = type;
    }

    @Override
    void add(int position, AttributeValue value) {
      blocks.add(out(), position, bits(value));
    }

    private long bits(AttributeValue value) {
      if (value instanceof AttributeValue.Int64 number) {
        return type == AttributeType.LONG
            ? number.value()
            : Double.doubleToRawLongBits((double) number.value());
      }
      return Double.doubleToRawLongBits(((AttributeValue.Float64) value).value());
    }

    @Override
    long heldBytes() {
      return 0;
    }

    @Override
    void flush() {
      // A block fills up before it goes.
    }

    @Override
    void finish() {
      blocks.flush(out());
    }

    @Override
    long length(int[] nodes) {
      return 8 + 8L * nodes.length + renumber(blocks.present(), nodes).serializedSizeInBytes();
    }

    @Override
    void write(SectionOutput out, int[] positions, int[] nodes) {
      byte[] bitmap = serialize(renumber(blocks.present(), nodes));
      out.putLong(bitmap.length);
      for (int position : positions) {
        out.putLong(blocks.get(mapped, position));
      }
      out.putBytes(bitmap);
    }
  }
}
