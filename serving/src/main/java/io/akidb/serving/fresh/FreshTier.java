package io.akidb.serving.fresh;

import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.Attributes;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest version of each id in the live segments. One writer at a time (the caller holds a
 * lock), any number of readers, who never wait: rows are only ever appended, and each carries the
 * versions of the tier between which it is visible (multi-version concurrency control), so a {@link
 * FreshSnapshot} stays what it was while later writes go on.
 *
 * <p>Vectors lie in flat blocks, so that a scan streams through memory. The first block grows with
 * its rows, since a node holds many small collections. A tombstone takes no block.
 */
public final class FreshTier {
  private static final int BLOCK_FLOATS = 1 << 16;
  private static final int BLOCK_ROWS_MAX = 1024;
  private static final int BLOCK_ROWS_MIN = 8;
  // What a row costs besides its vector, id and payload: the object, its place in the map, its
  // attributes.
  private static final int ROW_OVERHEAD_BYTES = 200;
  private static final int DEAD_ROWS_TOLERATED = 1024;

  private final CollectionSchema schema;
  private final FreshMemory memory;
  private final IndexedVersions index;
  private final int blockRows;
  private final ConcurrentHashMap<String, FreshRow> newest = new ConcurrentHashMap<>();
  private volatile Block[] blocks = {};

  private int slots;
  private int deadSlots;
  private long version;
  private long bytes;
  private long liveVectors;
  private long hiddenInIndex;
  private long newestSequence = -1;

  private volatile FreshSnapshot snapshot;

  /** An empty tier above an index. */
  public FreshTier(CollectionSchema schema, FreshMemory memory, IndexedVersions index) {
    this.schema = schema;
    this.memory = memory;
    this.index = index;
    this.blockRows = Math.clamp(BLOCK_FLOATS / schema.dimension(), BLOCK_ROWS_MIN, BLOCK_ROWS_MAX);
    this.snapshot = new FreshSnapshot(this, 0, 0, 0, 0);
  }

  /** What {@link #apply} published last. */
  public FreshSnapshot snapshot() {
    return snapshot;
  }

  /**
   * Adds a segment's records, which become visible together. Segments come by ascending sequence;
   * one that was added before is skipped.
   *
   * @throws io.akidb.serving.problem.ServingException BUILD_NEEDED; nothing became visible
   */
  public void apply(long sequence, List<VectorRecord> rows) {
    if (sequence > newestSequence) {
      // All or nothing: once the first row is in, nothing may fail.
      memory.requireRoomForWritten(bytesOf(rows), bytes);
      applyReserved(sequence, rows);
    }
  }

  /** The same with records for which there is room: who wrote them has {@link #reserve}d it. */
  public void applyReserved(long sequence, List<VectorRecord> rows) {
    if (sequence <= newestSequence) {
      return;
    }
    for (VectorRecord row : rows) {
      add(sequence, row);
    }
    publish(sequence);
  }

  /**
   * Refuses records that would leave other tenants too little.
   *
   * @throws io.akidb.serving.problem.ServingException BUILD_NEEDED
   */
  public void requireShareFor(List<VectorRecord> rows) {
    memory.requireRoomFor(bytesOf(rows), bytes);
  }

  /**
   * Sets memory apart for records that are to be written.
   *
   * @throws io.akidb.serving.problem.ServingException BUILD_NEEDED
   */
  public FreshMemory.Reserved reserve(List<VectorRecord> rows) {
    long most = bytesOf(rows);
    return memory.reserve(most, most - bytesOf(blockRows), bytes);
  }

  /** About what these rows would take, at most. */
  private long bytesOf(List<VectorRecord> rows) {
    long sum = bytesOf(blockRows);
    for (VectorRecord row : rows) {
      sum += rowBytes(row.id(), row.payload());
      sum += row.isTombstone() ? 0 : 4L * schema.dimension();
    }
    return sum;
  }

  private long bytesOf(int blockedRows) {
    return 4L * blockedRows * schema.dimension();
  }

  private static long rowBytes(String id, byte @Nullable [] payload) {
    return ROW_OVERHEAD_BYTES + 2L * id.length() + (payload == null ? 0 : payload.length);
  }

  /**
   * The live rows of the segments above {@code absorbedThrough}, compacted, above another index.
   * This tier stays as it is.
   */
  public FreshTier rebuiltOn(IndexedVersions newIndex, long absorbedThrough) {
    FreshTier next = new FreshTier(schema, memory, newIndex);
    try {
      for (FreshRow row : newest.values()) {
        if (row.sequence() > absorbedThrough) {
          next.addCopy(row, this);
        }
      }
      next.publish(newestSequence);
      return next;
    } catch (RuntimeException | Error e) {
      // This one is used on, and the other would never be released.
      next.release();
      throw e;
    }
  }

  /** Whether most rows are dead, so that {@link #rebuiltOn} would free memory. */
  public boolean isMostlyDead() {
    return deadSlots > DEAD_ROWS_TOLERATED && deadSlots > slots / 2;
  }

  /** The index that this lies above. */
  public IndexedVersions index() {
    return index;
  }

  /** Gives the memory back to the budget; snapshots in use stay readable. */
  public void release() {
    memory.give(bytes);
    bytes = 0;
  }

  /** Bytes held, about. */
  public long bytes() {
    return bytes;
  }

  private void add(long sequence, VectorRecord row) {
    FreshRow current = newest.get(row.id());
    if (current == null) {
      if (row.order() < index.maxOrder() && index.newestOrder(row.id()) > row.order()) {
        return;
      }
    } else if (row.order() < current.order()) {
      return;
    }
    Map<String, AttributeValue> declared =
        row.isTombstone() ? Map.of() : Attributes.parse(row.payload(), schema);
    float[] vector = row.vector();
    insert(row.id(), row.order(), sequence, row.payload(), declared, vector, 0, current);
  }

  private void addCopy(FreshRow row, FreshTier from) {
    if (row.order() < index.maxOrder() && index.newestOrder(row.id()) > row.order()) {
      return;
    }
    Block block = row.isTombstone() ? null : from.blockOf(row.slot());
    insert(
        row.id(),
        row.order(),
        row.sequence(),
        row.payload(),
        row.declared(),
        block == null ? null : block.vectors,
        block == null ? 0 : from.offsetOf(row.slot()),
        null);
  }

  private void insert(
      String id,
      long order,
      long sequence,
      byte @Nullable [] payload,
      Map<String, AttributeValue> declared,
      float @Nullable [] vector,
      int vectorOffset,
      @Nullable FreshRow current) {
    // May have to be read, and fail: before anything is counted.
    boolean inIndex = current == null ? index.contains(id) : current.inIndex();
    long added = rowBytes(id, payload);
    int rowsWanted = vector != null && slots == capacity() ? lastBlockRows() : 0;
    if (rowsWanted > 0) {
      added += bytesOf(rowsWanted - (isFirstToGrow() ? slots : 0));
    }
    memory.take(added);
    bytes += added;
    int slot = vector == null ? FreshRow.NO_SLOT : slots;
    FreshRow row =
        new FreshRow(id, order, sequence, payload, declared, slot, inIndex, version + 1, current);
    if (vector != null) {
      if (rowsWanted > 0) {
        blocks = withRoom(rowsWanted);
      }
      Block block = blockOf(slot);
      System.arraycopy(vector, vectorOffset, block.vectors, offsetOf(slot), schema.dimension());
      if (schema.metric() == Metric.COSINE) {
        // A vector's length never changes, so that the scan needs an inner product only.
        block.inverseNorms[slot % blockRows] =
            Kernels.inverseNorm(
                Arrays.copyOfRange(vector, vectorOffset, vectorOffset + schema.dimension()));
      }
      block.rows[slot % blockRows] = row;
      slots++;
    }
    newest.put(id, row);
    count(current, row);
  }

  private int capacity() {
    return blocks.length == 0
        ? 0
        : (blocks.length - 1) * blockRows + blocks[blocks.length - 1].rows.length;
  }

  private boolean isFirstToGrow() {
    return blocks.length == 1 && slots < blockRows;
  }

  /** How many rows the block that is needed next shall hold, those included that it takes over. */
  private int lastBlockRows() {
    return blocks.length == 0
        ? Math.min(BLOCK_ROWS_MIN, blockRows)
        : isFirstToGrow() ? Math.min(2 * slots, blockRows) : blockRows;
  }

  // A reader that holds the smaller block finds all of its snapshot's rows there.
  private Block[] withRoom(int rows) {
    Block block = new Block(rows, schema.dimension());
    if (isFirstToGrow()) {
      block.copyOf(blocks[0]);
      return new Block[] {block};
    }
    Block[] grown = Arrays.copyOf(blocks, blocks.length + 1);
    grown[blocks.length] = block;
    return grown;
  }

  private void count(@Nullable FreshRow old, FreshRow row) {
    if (old == null) {
      hiddenInIndex += row.inIndex() ? 1 : 0;
    } else {
      old.dieAt(version + 1);
      if (!old.isTombstone()) {
        liveVectors--;
        deadSlots++;
      }
    }
    liveVectors += row.isTombstone() ? 0 : 1;
  }

  private void publish(long sequence) {
    newestSequence = Math.max(newestSequence, sequence);
    version++;
    snapshot = new FreshSnapshot(this, version, slots, liveVectors, hiddenInIndex);
  }

  CollectionSchema schema() {
    return schema;
  }

  boolean isEmpty() {
    return newest.isEmpty();
  }

  @Nullable FreshRow newest(String id) {
    return newest.get(id);
  }

  Iterable<FreshRow> newestRows() {
    return newest.values();
  }

  int blockRows() {
    return blockRows;
  }

  Block[] blocks() {
    return blocks;
  }

  Block blockOf(int slot) {
    return blocks[slot / blockRows];
  }

  int offsetOf(int slot) {
    return slot % blockRows * schema.dimension();
  }

  /** Vectors side by side, and the rows that they belong to. */
  static final class Block {
    final float[] vectors;
    final float[] inverseNorms;
    final FreshRow[] rows;

    Block(int rows, int dimension) {
      this.vectors = new float[rows * dimension];
      this.inverseNorms = new float[rows];
      this.rows = new FreshRow[rows];
    }

    void copyOf(Block smaller) {
      System.arraycopy(smaller.vectors, 0, vectors, 0, smaller.vectors.length);
      System.arraycopy(smaller.inverseNorms, 0, inverseNorms, 0, smaller.inverseNorms.length);
      System.arraycopy(smaller.rows, 0, rows, 0, smaller.rows.length);
    }
  }
}
