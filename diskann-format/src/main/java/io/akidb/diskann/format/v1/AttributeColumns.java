package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.IndexSchema;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/**
 * Declared attributes on their way into a shard, by order of arrival: of texts and booleans which
 * positions have a value, of numbers each position's value. Written once the positions' nodes are
 * known.
 */
public final class AttributeColumns {
  private final Map<String, Column> columns = new LinkedHashMap<>();

  public AttributeColumns(IndexSchema schema) {
    schema
        .attributes()
        .forEach(
            (name, type) ->
                columns.put(
                    name,
                    switch (type) {
                      case STRING, STRING_LIST, BOOLEAN -> new Texts(type);
                      case LONG, DOUBLE -> new Numbers(type);
                    }));
  }

  /**
   * Checks that values can be added.
   *
   * @throws IllegalArgumentException naming the attribute that is not declared, or whose value is
   *     of another type than declared, NaN, or a text without a UTF-8 form
   */
  public void check(Map<String, AttributeValue> values) {
    values.forEach(
        (name, value) -> {
          Column column = columns.get(name);
          if (column == null) {
            throw new IllegalArgumentException("attribute '" + name + "' is not declared");
          }
          if (!column.takes(value)) {
            throw new IllegalArgumentException(
                "attribute '" + name + "' is declared as " + column.type);
          }
          if (!isEncodable(value)) {
            throw new IllegalArgumentException(
                "attribute '"
                    + name
                    + "' has half a surrogate pair; give text that has a UTF-8 form");
          }
        });
  }

  /** Adds values that {@link #check} passes. */
  public void add(int position, Map<String, AttributeValue> values) {
    check(values);
    values.forEach((name, value) -> Objects.requireNonNull(columns.get(name)).add(position, value));
  }

  /** Adds a text, or the word of a boolean, to all positions, if there is such a column. */
  void addText(String name, String text, RoaringBitmap positions) {
    if (columns.get(name) instanceof Texts texts) {
      texts.put(text, positions);
    }
  }

  /** Adds a number of the column's type, in its 64 bits, if there is such a column. */
  void addNumber(String name, int position, long bits) {
    if (columns.get(name) instanceof Numbers numbers) {
      numbers.put(position, bits);
    }
  }

  private static boolean isEncodable(AttributeValue value) {
    return switch (value) {
      case AttributeValue.Text text -> Utf8.isEncodable(text.value());
      case AttributeValue.TextList list -> list.values().stream().allMatch(Utf8::isEncodable);
      default -> true;
    };
  }

  /**
   * Writes the section, a column after the other; beside what was added, memory holds a bitmap at a
   * time.
   *
   * @param nodes node of each position
   */
  public void write(SectionOutput out, int[] nodes) {
    out.putInt(columns.size());
    long at = 0;
    for (Column column : columns.values()) {
      long length = column.length(nodes);
      out.putLong(at);
      out.putLong(length);
      at += length;
    }
    columns.values().forEach(column -> column.write(out, nodes));
  }

  private abstract static class Column {
    final AttributeType type;

    Column(AttributeType type) {
      this.type = type;
    }

    /** Whether a value is of this column's type. */
    abstract boolean takes(AttributeValue value);

    abstract void add(int position, AttributeValue value);

    /** Bytes that {@link #write} writes. */
    abstract long length(int[] nodes);

    abstract void write(SectionOutput out, int[] nodes);

    static byte[] serialize(RoaringBitmap bitmap) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(bitmap.serializedSizeInBytes());
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        bitmap.serialize(out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }

    static RoaringBitmap renumber(RoaringBitmap positions, int[] nodes) {
      int[] renumbered = positions.toArray();
      for (int i = 0; i < renumbered.length; i++) {
        renumbered[i] = nodes[renumbered[i]];
      }
      Arrays.sort(renumbered);
      RoaringBitmap bitmap = RoaringBitmap.bitmapOf(renumbered);
      bitmap.runOptimize();
      return bitmap;
    }
  }

  /**
   * Distinct texts in UTF-8 order, each with the positions that have it; booleans are texts here.
   */
  private static final class Texts extends Column {
    private final Map<String, RoaringBitmap> positions = new TreeMap<>(Utf8.ORDER);

    Texts(AttributeType type) {
      super(type);
    }

    @Override
    boolean takes(AttributeValue value) {
      return switch (type) {
        case STRING -> value instanceof AttributeValue.Text;
        case STRING_LIST -> value instanceof AttributeValue.TextList;
        default -> value instanceof AttributeValue.Bool;
      };
    }

    @Override
    void add(int position, AttributeValue value) {
      switch (value) {
        case AttributeValue.Text text -> put(text.value(), position);
        case AttributeValue.TextList list ->
            list.values().forEach(element -> put(element, position));
        case AttributeValue.Bool bool -> put(Boolean.toString(bool.value()), position);
        case AttributeValue.Int64 number -> throw new IllegalArgumentException("a number");
        case AttributeValue.Float64 number -> throw new IllegalArgumentException("a number");
      }
    }

    void put(String text, RoaringBitmap all) {
      if (!all.isEmpty()) {
        positions.computeIfAbsent(text, key -> new RoaringBitmap()).or(all);
      }
    }

    private void put(String text, int position) {
      positions.computeIfAbsent(text, key -> new RoaringBitmap()).add(position);
    }

    @Override
    long length(int[] nodes) {
      long length = 4 + 16L * (positions.size() + 1);
      for (Map.Entry<String, RoaringBitmap> text : positions.entrySet()) {
        length += Utf8.encode(text.getKey()).length;
        length += renumber(text.getValue(), nodes).serializedSizeInBytes();
      }
      return length;
    }

    @Override
    void write(SectionOutput out, int[] nodes) {
      out.putInt(positions.size());
      long at = 0;
      out.putLong(at);
      for (String text : positions.keySet()) {
        at += Utf8.encode(text).length;
        out.putLong(at);
      }
      at = 0;
      out.putLong(at);
      for (RoaringBitmap bitmap : positions.values()) {
        at += renumber(bitmap, nodes).serializedSizeInBytes();
        out.putLong(at);
      }
      positions.keySet().forEach(text -> out.putBytes(Utf8.encode(text)));
      positions.values().forEach(bitmap -> out.putBytes(serialize(renumber(bitmap, nodes))));
    }
  }

  /** A number for each position, and which positions have one. */
  private static final class Numbers extends Column {
    private final RoaringBitmap present = new RoaringBitmap();
    private long[] values = new long[1024];

    Numbers(AttributeType type) {
      super(type);
    }

    @Override
    boolean takes(AttributeValue value) {
      return value instanceof AttributeValue.Int64
          || (type == AttributeType.DOUBLE
              && value instanceof AttributeValue.Float64 number
              && !Double.isNaN(number.value()));
    }

    @Override
    void add(int position, AttributeValue value) {
      put(position, bits(value));
    }

    void put(int position, long bits) {
      if (position >= values.length) {
        values = Arrays.copyOf(values, Math.max(position + 1, values.length * 2));
      }
      values[position] = bits;
      present.add(position);
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
    long length(int[] nodes) {
      return 8 + 8L * nodes.length + renumber(present, nodes).serializedSizeInBytes();
    }

    @Override
    void write(SectionOutput out, int[] nodes) {
      long[] byNode = new long[nodes.length];
      present.forEach((int position) -> byNode[nodes[position]] = values[position]);
      byte[] bitmap = serialize(renumber(present, nodes));
      out.putLong(bitmap.length);
      for (long value : byNode) {
        out.putLong(value);
      }
      out.putBytes(bitmap);
    }
  }
}
