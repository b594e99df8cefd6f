package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeIndex;
import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.kernel.SegmentLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * The attributes' section of a mapped shard. Its checksum is checked once, before its first use.
 * Thread-safe.
 */
final class MappedAttributes implements AttributeIndex {
  private record Column(AttributeType type, int ordinal) {}

  private final ShardFile file;
  private final int size;
  private final TreeMap<String, Column> columns = new TreeMap<>();
  private volatile @Nullable MemorySegment checked;

  MappedAttributes(ShardFile file, IndexSchema schema, int size) {
    this.file = file;
    this.size = size;
    schema
        .attributes()
        .forEach((name, type) -> columns.put(name, new Column(type, columns.size())));
  }

  @Override
  public boolean has(String name) {
    return columns.containsKey(name);
  }

  @Override
  public RoaringBitmap equal(String name, AttributeValue value) {
    Column column = column(name);
    return switch (value) {
      case AttributeValue.Text text when isText(column) -> texts(column).equal(utf8(text.value()));
      case AttributeValue.Bool bool when column.type() == AttributeType.BOOLEAN ->
          texts(column).equal(utf8(Boolean.toString(bool.value())));
      case AttributeValue.Int64 number when isNumber(column) ->
          range(name, number, true, number, true);
      case AttributeValue.Float64 number when isNumber(column) ->
          range(name, number, true, number, true);
      default -> new RoaringBitmap();
    };
  }

  @Override
  public RoaringBitmap in(String name, Collection<AttributeValue> values) {
    RoaringBitmap any = new RoaringBitmap();
    values.forEach(value -> any.or(equal(name, value)));
    return any;
  }

  @Override
  public RoaringBitmap range(
      String name,
      @Nullable AttributeValue from,
      boolean fromInclusive,
      @Nullable AttributeValue to,
      boolean toInclusive) {
    Column column = column(name);
    if (isText(column)) {
      return textRange(texts(column), from, fromInclusive, to, toInclusive);
    }
    if (!isNumber(column) || !isNumberOrNone(from) || !isNumberOrNone(to)) {
      return new RoaringBitmap();
    }
    boolean isLong = column.type() == AttributeType.LONG;
    return numbers(column)
        .matching(
            bits ->
                (from == null || Numbers.compare(bits, isLong, from) > (fromInclusive ? -1 : 0))
                    && (to == null || Numbers.compare(bits, isLong, to) < (toInclusive ? 1 : 0)));
  }

  private static RoaringBitmap textRange(
      Texts texts,
      @Nullable AttributeValue from,
      boolean fromInclusive,
      @Nullable AttributeValue to,
      boolean toInclusive) {
    if ((from != null && !(from instanceof AttributeValue.Text))
        || (to != null && !(to instanceof AttributeValue.Text))) {
      return new RoaringBitmap();
    }
    int start = from == null ? 0 : texts.first(utf8(from), !fromInclusive);
    int end = to == null ? texts.count : texts.first(utf8(to), toInclusive);
    return texts.union(start, i -> i < end);
  }

  @Override
  public RoaringBitmap prefix(String name, String prefix) {
    Column column = column(name);
    if (!isText(column)) {
      return new RoaringBitmap();
    }
    Texts texts = texts(column);
    byte[] wanted = utf8(prefix);
    return texts.union(texts.first(wanted, false), i -> texts.startsWith(i, wanted));
  }

  @Override
  public RoaringBitmap exists(String name) {
    Column column = column(name);
    return isNumber(column) ? numbers(column).present() : texts(column).union(0, i -> true);
  }

  private Column column(String name) {
    Column column = columns.get(name);
    if (column == null) {
      throw new IllegalArgumentException("attribute '" + name + "' is not declared");
    }
    return column;
  }

  private static boolean isText(Column column) {
    return column.type() == AttributeType.STRING || column.type() == AttributeType.STRING_LIST;
  }

  private static boolean isNumber(Column column) {
    return column.type() == AttributeType.LONG || column.type() == AttributeType.DOUBLE;
  }

  private static boolean isNumberOrNone(@Nullable AttributeValue value) {
    return value == null
        || value instanceof AttributeValue.Int64
        || value instanceof AttributeValue.Float64;
  }

  private static byte[] utf8(AttributeValue value) {
    return value instanceof AttributeValue.Text text ? utf8(text.value()) : new byte[0];
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Texts texts(Column column) {
    return new Texts(content(column), size);
  }

  private Numbers numbers(Column column) {
    return new Numbers(content(column), size);
  }

  private MemorySegment content(Column column) {
    MemorySegment section = checked;
    if (section == null) {
      section = file.checkedSection(ShardSections.ATTRIBUTES);
      checked = section;
    }
    long base = 4 + 16L * columns.size();
    if (section.byteSize() < base || section.get(SegmentLayout.I32, 0) != columns.size()) {
      throw ShardFile.corrupt("the attributes are not those that are declared");
    }
    long at = section.get(SegmentLayout.I64, 4 + 16L * column.ordinal());
    long length = section.get(SegmentLayout.I64, 12 + 16L * column.ordinal());
    return slice(section, base, at, length);
  }

  private static MemorySegment slice(MemorySegment bytes, long base, long at, long length) {
    if (at < 0
        || length < 0
        || base > bytes.byteSize()
        || at > bytes.byteSize() - base
        || length > bytes.byteSize() - base - at) {
      throw ShardFile.corrupt("an attribute does not lie within its section");
    }
    return bytes.asSlice(base + at, length);
  }

  private static RoaringBitmap bitmap(MemorySegment bytes, int size) {
    RoaringBitmap bitmap = new RoaringBitmap();
    try {
      bitmap.deserialize(
          ByteBuffer.wrap(bytes.toArray(SegmentLayout.I8)).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException | RuntimeException e) {
      throw new CorruptShardException("corrupt shard: a bitmap of an attribute", e);
    }
    if (!bitmap.isEmpty() && (bitmap.last() >= size || bitmap.last() < 0)) {
      throw ShardFile.corrupt("a bitmap of an attribute names a node that is not there");
    }
    return bitmap;
  }

  /** Distinct texts, ascending, and their nodes. */
  private static final class Texts {
    private final MemorySegment bytes;
    private final int size;
    private final int count;
    private final long textsBase;
    private final long bitmapsBase;

    Texts(MemorySegment bytes, int size) {
      this.bytes = bytes;
      this.size = size;
      this.count = bytes.byteSize() < 4 ? -1 : bytes.get(SegmentLayout.I32, 0);
      this.textsBase = 4 + 16L * (count + 1L);
      if (count < 0 || textsBase > bytes.byteSize()) {
        throw ShardFile.corrupt("the texts of an attribute are cut off");
      }
      this.bitmapsBase = textsBase + bytes.get(SegmentLayout.I64, 4 + 8L * count);
    }

    private MemorySegment text(int i) {
      long start = bytes.get(SegmentLayout.I64, 4 + 8L * i);
      return slice(bytes, textsBase, start, bytes.get(SegmentLayout.I64, 12 + 8L * i) - start);
    }

    private RoaringBitmap nodes(int i) {
      long offsets = 4 + 8L * (count + 1L);
      long start = bytes.get(SegmentLayout.I64, offsets + 8L * i);
      long end = bytes.get(SegmentLayout.I64, offsets + 8L * i + 8);
      if (bitmapsBase < 0) {
        throw ShardFile.corrupt("the texts of an attribute are cut off");
      }
      return bitmap(slice(bytes, bitmapsBase, start, end - start), size);
    }

    /** The first text that is greater than the wanted one, or equal unless {@code greater}. */
    int first(byte[] wanted, boolean greater) {
      int low = 0;
      int high = count;
      while (low < high) {
        int middle = (low + high) >>> 1;
        int order = Arrays.compareUnsigned(text(middle).toArray(SegmentLayout.I8), wanted);
        if (order < 0 || (greater && order == 0)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    boolean startsWith(int i, byte[] prefix) {
      MemorySegment text = text(i);
      return text.byteSize() >= prefix.length
          && text.asSlice(0, prefix.length).mismatch(MemorySegment.ofArray(prefix)) < 0;
    }

    RoaringBitmap equal(byte[] wanted) {
      int i = first(wanted, false);
      return i < count && text(i).mismatch(MemorySegment.ofArray(wanted)) < 0
          ? nodes(i)
          : new RoaringBitmap();
    }

    RoaringBitmap union(int from, IntPredicate goesOn) {
      RoaringBitmap union = new RoaringBitmap();
      for (int i = from; i < count && goesOn.test(i); i++) {
        union.or(nodes(i));
      }
      return union;
    }
  }

  /** A value of each node, and which nodes have one. */
  private static final class Numbers {
    private final MemorySegment bytes;
    private final int size;

    Numbers(MemorySegment bytes, int size) {
      this.bytes = bytes;
      this.size = size;
      if (bytes.byteSize() < 8L * (size + 1L)) {
        throw ShardFile.corrupt("the numbers of an attribute are cut off");
      }
    }

    RoaringBitmap present() {
      return bitmap(slice(bytes, 8L * (size + 1L), 0, bytes.get(SegmentLayout.I64, 0)), size);
    }

    RoaringBitmap matching(LongPredicate accepts) {
      RoaringBitmap matching = new RoaringBitmap();
      PeekableIntIterator nodes = present().getIntIterator();
      while (nodes.hasNext()) {
        int node = nodes.next();
        if (accepts.test(bytes.get(SegmentLayout.I64, 8 + 8L * node))) {
          matching.add(node);
        }
      }
      return matching;
    }

    /** Compares a stored value with a given one, exactly also between integers and floats. */
    static int compare(long bits, boolean isLong, AttributeValue value) {
      if (value instanceof AttributeValue.Int64 other) {
        return isLong
            ? Long.compare(bits, other.value())
            : -compareMixed(other.value(), Double.longBitsToDouble(bits));
      }
      double other = value instanceof AttributeValue.Float64 number ? number.value() : Double.NaN;
      return isLong
          ? compareMixed(bits, other)
          : compareDoubles(Double.longBitsToDouble(bits), other);
    }

    private static int compareDoubles(double a, double b) {
      return a < b ? -1 : a > b ? 1 : 0;
    }

    private static int compareMixed(long a, double b) {
      if (b >= 0x1p63) {
        return -1;
      }
      if (b < -0x1p63) {
        return 1;
      }
      int whole = Long.compare(a, (long) b);
      return whole != 0 ? whole : compareDoubles(0, b - (long) b);
    }
  }
}
