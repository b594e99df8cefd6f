package io.akidb.build;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The newest record known of one id, and how many records of that id were looked at to find it. The
 * tallies travel with the record through the shuffle, so that they stay exact whatever tasks are
 * run twice.
 *
 * <p>Newest wins: the greater order, then the greater segment sequence, then the later position in
 * the segment. What a previous index held has sequence {@link #FROM_INDEX} and so yields to any
 * fresh record of the same order. A row that a previous index holds may be known by its order and
 * its shards only: then it can win, but not move.
 */
final class Candidate implements KryoSerializable {
  /** The sequence of a row that a previous index holds: smaller than any segment's. */
  static final long FROM_INDEX = -1;

  private static final int[] NO_HOLDERS = {};

  private long order;
  private long sequence;
  private long position;
  private float @Nullable [] vector;
  private byte @Nullable [] payload;
  private int segmentRows;
  private int indexRows;
  private int carriedTombstones;

  /** Shards of the previous index that hold the id, ascending; empty where it is read whole. */
  private int[] holders;

  /** Whether the newest record is the one that the holders hold, and stays there. */
  private boolean held;

  /** For Kryo, which reads the fields then. */
  @SuppressWarnings("unused")
  private Candidate() {
    this(0, 0, 0, null, null, 0, 0, 0, NO_HOLDERS, false);
  }

  private Candidate(
      long order,
      long sequence,
      long position,
      float @Nullable [] vector,
      byte @Nullable [] payload,
      int segmentRows,
      int indexRows,
      int carriedTombstones,
      int[] holders,
      boolean held) {
    this.order = order;
    this.sequence = sequence;
    this.position = position;
    this.vector = vector;
    this.payload = payload;
    this.segmentRows = segmentRows;
    this.indexRows = indexRows;
    this.carriedTombstones = carriedTombstones;
    this.holders = holders;
    this.held = held;
  }

  /** A row of a segment; a null vector is a tombstone. */
  static Candidate ofSegment(
      long order,
      long sequence,
      long position,
      float @Nullable [] vector,
      byte @Nullable [] payload) {
    return new Candidate(order, sequence, position, vector, payload, 1, 0, 0, NO_HOLDERS, false);
  }

  /** A row of a shard of the previous index. */
  static Candidate ofIndex(long order, float[] vector, byte @Nullable [] payload) {
    return new Candidate(order, FROM_INDEX, 0, vector, payload, 0, 1, 0, NO_HOLDERS, false);
  }

  /** A row of a shard of the previous index that stays there: no more than is compared. */
  static Candidate heldBy(int shard, long order) {
    return new Candidate(order, FROM_INDEX, 0, null, null, 0, 1, 0, new int[] {shard}, true);
  }

  /** A tombstone that the previous build carried over. */
  static Candidate ofCarriedTombstone(long order) {
    return new Candidate(order, FROM_INDEX, 0, null, null, 0, 0, 1, NO_HOLDERS, false);
  }

  /** The newer of two records of one id, with the tallies of both. Associative and commutative. */
  static Candidate newest(Candidate a, Candidate b) {
    Candidate winner = a.compareAge(b) >= 0 ? a : b;
    return new Candidate(
        winner.order,
        winner.sequence,
        winner.position,
        winner.vector,
        winner.payload,
        Math.addExact(a.segmentRows, b.segmentRows),
        Math.addExact(a.indexRows, b.indexRows),
        Math.addExact(a.carriedTombstones, b.carriedTombstones),
        union(a.holders, b.holders),
        winner.held);
  }

  private static int[] union(int[] a, int[] b) {
    if (a.length == 0 || b.length == 0) {
      return a.length == 0 ? b : a;
    }
    int[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    Arrays.sort(all);
    return all;
  }

  /** Only that the id is gone, for a shard that holds it. */
  Candidate gone() {
    return new Candidate(order, sequence, position, null, null, 0, 0, 0, NO_HOLDERS, false);
  }

  private int compareAge(Candidate other) {
    int byOrder = Long.compare(order, other.order);
    if (byOrder != 0) {
      return byOrder;
    }
    int bySequence = Long.compare(sequence, other.sequence);
    return bySequence != 0 ? bySequence : Long.compare(position, other.position);
  }

  long order() {
    return order;
  }

  boolean isTombstone() {
    return vector == null && !held;
  }

  /** Whether the newest record stays where the previous index has it. */
  boolean isHeld() {
    return held;
  }

  /** Shards of the previous index that hold the id, ascending; not to be changed. */
  int[] holders() {
    return holders;
  }

  /** Whether a shard of the previous index holds the id. */
  boolean isHeldIn(int shard) {
    return Arrays.binarySearch(holders, shard) >= 0;
  }

  /** The vector of a live row, {@code [dimension]}. */
  float[] vector() {
    if (vector == null) {
      throw new IllegalStateException("no vector is known of it");
    }
    return vector;
  }

  byte @Nullable [] payload() {
    return payload;
  }

  /** Records of this id in segments. */
  int segmentRows() {
    return segmentRows;
  }

  /** Rows of this id in the previous index's shards: more than one where partitions overlap. */
  int indexRows() {
    return indexRows;
  }

  /** Tombstones of this id that the previous build carried over. */
  int carriedTombstones() {
    return carriedTombstones;
  }

  @Override
  public void write(Kryo kryo, Output output) {
    output.writeLong(order);
    output.writeLong(sequence);
    output.writeVarLong(position, true);
    output.writeVarInt(segmentRows, true);
    output.writeVarInt(indexRows, true);
    output.writeVarInt(carriedTombstones, true);
    output.writeVarInt(vector == null ? 0 : vector.length + 1, true);
    if (vector != null) {
      output.writeFloats(vector);
    }
    output.writeVarInt(payload == null ? 0 : payload.length + 1, true);
    if (payload != null) {
      output.writeBytes(payload);
    }
    output.writeBoolean(held);
    output.writeVarInt(holders.length, true);
    for (int holder : holders) {
      output.writeVarInt(holder, true);
    }
  }

  @Override
  public void read(Kryo kryo, Input input) {
    order = input.readLong();
    sequence = input.readLong();
    position = input.readVarLong(true);
    segmentRows = input.readVarInt(true);
    indexRows = input.readVarInt(true);
    carriedTombstones = input.readVarInt(true);
    int dimension = input.readVarInt(true);
    vector = dimension == 0 ? null : input.readFloats(dimension - 1);
    int payloadLength = input.readVarInt(true);
    payload = payloadLength == 0 ? null : input.readBytes(payloadLength - 1);
    held = input.readBoolean();
    int count = input.readVarInt(true);
    holders = count == 0 ? NO_HOLDERS : new int[count];
    for (int i = 0; i < count; i++) {
      holders[i] = input.readVarInt(true);
    }
  }
}
