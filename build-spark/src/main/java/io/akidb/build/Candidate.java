package io.akidb.build;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * The newest record known of one id, and how many records of that id were looked at to find it. The
 * tallies travel with the record through the shuffle, so that they stay exact whatever tasks are
 * run twice.
 *
 * <p>Newest wins: the greater order, then the greater segment sequence, then the later position in
 * the segment. What a previous index held has sequence {@link #FROM_INDEX} and so yields to any
 * fresh record of the same order.
 */
final class Candidate implements KryoSerializable {
  /** The sequence of a row that a previous index holds: smaller than any segment's. */
  static final long FROM_INDEX = -1;

  private long order;
  private long sequence;
  private long position;
  private float @Nullable [] vector;
  private byte @Nullable [] payload;
  private int segmentRows;
  private int indexRows;
  private int carriedTombstones;

  /** For Kryo, which reads the fields then. */
  @SuppressWarnings("unused")
  private Candidate() {
    this(0, 0, 0, null, null, 0, 0, 0);
  }

  private Candidate(
      long order,
      long sequence,
      long position,
      float @Nullable [] vector,
      byte @Nullable [] payload,
      int segmentRows,
      int indexRows,
      int carriedTombstones) {
    this.order = order;
    this.sequence = sequence;
    this.position = position;
    this.vector = vector;
    this.payload = payload;
    this.segmentRows = segmentRows;
    this.indexRows = indexRows;
    this.carriedTombstones = carriedTombstones;
  }

  /** A row of a segment; a null vector is a tombstone. */
  static Candidate ofSegment(
      long order,
      long sequence,
      long position,
      float @Nullable [] vector,
      byte @Nullable [] payload) {
    return new Candidate(order, sequence, position, vector, payload, 1, 0, 0);
  }

  /** A row of a shard of the previous index. */
  static Candidate ofIndex(long order, float[] vector, byte @Nullable [] payload) {
    return new Candidate(order, FROM_INDEX, 0, vector, payload, 0, 1, 0);
  }

  /** A tombstone that the previous build carried over. */
  static Candidate ofCarriedTombstone(long order) {
    return new Candidate(order, FROM_INDEX, 0, null, null, 0, 0, 1);
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
        Math.addExact(a.carriedTombstones, b.carriedTombstones));
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
    return vector == null;
  }

  /** The vector of a live row, {@code [dimension]}. */
  float[] vector() {
    if (vector == null) {
      throw new IllegalStateException("a tombstone has no vector");
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
  }
}
