package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeIndex;
import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * The attributes' section of a mapped shard. Its checksum is checked once, before its first use,
 * and a column is checked whole before its own. Thread-safe.
 */
final class MappedAttributes implements AttributeIndex {
  private static final byte[] NOTHING = new byte[0];

  private record Column(AttributeType type, int ordinal) {
    boolean isText() {
      return type == AttributeType.STRING || type == AttributeType.STRING_LIST;
    }

    boolean isNumber() {
      return type == AttributeType.LONG || type == AttributeType.DOUBLE;
    }
  }

  private final ShardFile file;
  private final int size;
  private final TreeMap<String, Column> columns = new TreeMap<>();
  private final Map<Column, MappedTexts> texts = new ConcurrentHashMap<>();
  private final Map<Column, MappedNumbers> numbers = new ConcurrentHashMap<>();
  private volatile @Nullable MemorySegment checked;

  MappedAttributes(ShardFile file, IndexSchema schema, int size) {
    this.file = file;
    this.size = size;
    schema
        .attributes()
        .forEach((name, type) -> columns.put(name, new Column(type, columns.size())));
    if (file.section(ShardSections.ATTRIBUTES).byteSize() < base()) {
      throw ShardFile.corrupt("the attributes are cut off");
    }
  }

  @Override
  public boolean has(String name) {
    return columns.containsKey(name);
  }

  @Override
  public RoaringBitmap equal(String name, AttributeValue value) {
    Column column = column(name);
    return switch (value) {
      case AttributeValue.Text text when column.isText() && Utf8.isEncodable(text.value()) ->
          texts(column).equal(Utf8.encode(text.value()));
      case AttributeValue.Bool bool when column.type() == AttributeType.BOOLEAN ->
          texts(column).equal(Utf8.encode(Boolean.toString(bool.value())));
      case AttributeValue.Int64 number when column.isNumber() ->
          range(name, number, true, number, true);
      case AttributeValue.Float64 number when column.isNumber() ->
          range(name, number, true, number, true);
      default -> new RoaringBitmap();
    };
  }

  @Override
  public RoaringBitmap in(String name, Collection<AttributeValue> values) {
    column(name);
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
    if (column.isText() && isTextOrNone(from) && isTextOrNone(to)) {
      byte[] start = from instanceof AttributeValue.Text t ? Utf8.encode(t.value()) : NOTHING;
      boolean startInclusive = from == null || fromInclusive;
      return to instanceof AttributeValue.Text t
          ? texts(column).range(start, startInclusive, Utf8.encode(t.value()), toInclusive)
          : texts(column).range(start, startInclusive);
    }
    if (column.isNumber() && isNumberOrNone(from) && isNumberOrNone(to)) {
      MappedNumbers stored = numbers(column);
      return stored.matching(
          bits ->
              (from == null || stored.compare(bits, from) > (fromInclusive ? -1 : 0))
                  && (to == null || stored.compare(bits, to) < (toInclusive ? 1 : 0)));
    }
    return new RoaringBitmap();
  }

  @Override
  public RoaringBitmap prefix(String name, String prefix) {
    Column column = column(name);
    return column.isText() && Utf8.isEncodable(prefix)
        ? texts(column).prefix(Utf8.encode(prefix))
        : new RoaringBitmap();
  }

  @Override
  public RoaringBitmap exists(String name) {
    Column column = column(name);
    return column.isNumber() ? numbers(column).present() : texts(column).prefix(NOTHING);
  }

  /**
   * Adds all values to the columns of the same names.
   *
   * @param positions of each node there; negative if its values are left behind
   */
  void copy(int[] positions, AttributeColumns into) {
    columns.forEach(
        (name, column) -> {
          if (column.isNumber()) {
            MappedNumbers from = numbers(column);
            from.present()
                .forEach(
                    (int node) -> {
                      if (positions[node] >= 0) {
                        into.addNumber(name, positions[node], from.bits(node));
                      }
                    });
          } else {
            texts(column)
                .forEach((text, nodes) -> into.addText(name, text, placed(nodes, positions)));
          }
        });
  }

  private static RoaringBitmap placed(RoaringBitmap nodes, int[] positions) {
    RoaringBitmap placed = new RoaringBitmap();
    nodes.forEach(
        (int node) -> {
          if (positions[node] >= 0) {
            placed.add(positions[node]);
          }
        });
    return placed;
  }

  private Column column(String name) {
    Column column = columns.get(name);
    if (column == null) {
      throw new IllegalArgumentException("attribute '" + name + "' is not declared");
    }
    return column;
  }

  private static boolean isTextOrNone(@Nullable AttributeValue value) {
    return value == null || value instanceof AttributeValue.Text;
  }

  /** NaN is no bound: nothing is less, equal or greater. */
  private static boolean isNumberOrNone(@Nullable AttributeValue value) {
    return value == null
        || value instanceof AttributeValue.Int64
        || (value instanceof AttributeValue.Float64 number && !Double.isNaN(number.value()));
  }

  private MappedTexts texts(Column column) {
    return texts.computeIfAbsent(column, key -> new MappedTexts(content(key), size));
  }

  private MappedNumbers numbers(Column column) {
    return numbers.computeIfAbsent(
        column, key -> new MappedNumbers(content(key), size, key.type() == AttributeType.LONG));
  }

  private MemorySegment content(Column column) {
    MemorySegment section = checked;
    if (section == null) {
      section = file.checkedSection(ShardSections.ATTRIBUTES);
      checkDirectory(section);
      checked = section;
    }
    return section.asSlice(
        base() + section.get(SegmentLayout.I64, 4 + 16L * column.ordinal()),
        section.get(SegmentLayout.I64, 12 + 16L * column.ordinal()));
  }

  private long base() {
    return 4 + 16L * columns.size();
  }

  /** The columns fill the section, one behind the other. */
  private void checkDirectory(MemorySegment section) {
    if (section.get(SegmentLayout.I32, 0) != columns.size()) {
      throw ShardFile.corrupt("the attributes are not those that are declared");
    }
    long end = 0;
    for (int i = 0; i < columns.size(); i++) {
      long length = section.get(SegmentLayout.I64, 12 + 16L * i);
      if (section.get(SegmentLayout.I64, 4 + 16L * i) != end
          || length < 0
          || length > section.byteSize() - base() - end) {
        throw ShardFile.corrupt("an attribute does not lie within its section");
      }
      end += length;
    }
    if (base() + end != section.byteSize()) {
      throw ShardFile.corrupt("the attributes have bytes behind their end");
    }
  }
}
