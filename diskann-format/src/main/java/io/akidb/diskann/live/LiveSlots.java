package io.akidb.diskann.live;

import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Numbered places for vectors and their neighbours, whole in one piece of off-heap memory each, as
 * in a shard: the vector, padded with zeros to 16 components; two numbers that belong to it (f32);
 * the degree; and the neighbours. Memory comes in chunks as it is needed and goes when this is
 * closed. A list is changed under its slot's lock and read without: a reader may see it half old
 * and half new, each entry of which is a slot.
 */
final class LiveSlots implements AutoCloseable {
  private static final int CHUNK_BITS = 10;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int LOCKS = 1024;
  private static final int ALIGNED = 64;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private record Chunk(MemorySegment bytes, AtomicReferenceArray<@Nullable LiveNode> nodes) {}

  private final Arena arena = Arena.ofShared();
  private final int slotsMax;
  private final int padded;
  private final int capacity;
  private final int stride;
  private final AtomicReferenceArray<@Nullable Chunk> chunks;
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  /** Slots that were given back; guarded by this, as is the number of those ever used. */
  private int[] free = new int[64];

  private int freeCount;
  private volatile int used;

  LiveSlots(int dimension, int capacity, int slotsMax) {
    this.slotsMax = slotsMax;
    this.padded = NodeLayout.padded(dimension);
    this.capacity = capacity;
    int bytes = 4 * padded + 12 + 4 * capacity;
    this.stride = (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
    this.chunks = new AtomicReferenceArray<>((slotsMax - 1) / CHUNK + 1);
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** A slot that nobody has, -1 if there is none. */
  synchronized int take() {
    if (freeCount > 0) {
      return free[--freeCount];
    }
    if (used == slotsMax) {
      return -1;
    }
    if ((used & CHUNK - 1) == 0) {
      int count = Math.min(CHUNK, slotsMax - used);
      chunks.set(
          used >> CHUNK_BITS,
          new Chunk(
              arena.allocate((long) stride * count, ALIGNED), new AtomicReferenceArray<>(count)));
    }
    return used++;
  }

  /** Takes a slot back to which no edge leads any more. */
  synchronized void release(int slot) {
    chunk(slot).nodes().set(slot & CHUNK - 1, null);
    // No reader may see the next vector while it still sees this node.
    VarHandle.fullFence();
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, (int) Math.min(slotsMax, 2L * freeCount));
    }
    free[freeCount++] = slot;
  }

  /** Slots that were ever taken: those below this number. */
  int used() {
    return used;
  }

  synchronized int freeCount() {
    return freeCount;
  }

  /** Memory outside of the heap. */
  long bytes() {
    long all = ((long) used + CHUNK - 1) / CHUNK * CHUNK;
    return Math.min(all, slotsMax) * stride;
  }

  private Chunk chunk(int slot) {
    return Objects.requireNonNull(chunks.get(slot >> CHUNK_BITS));
  }

  MemorySegment segment(int slot) {
    return chunk(slot).bytes();
  }

  /** Where the slot's vector begins in its segment. */
  long at(int slot) {
    return (long) (slot & CHUNK - 1) * stride;
  }

  int paddedDimension() {
    return padded;
  }

  int capacity() {
    return capacity;
  }

  @Nullable LiveNode node(int slot) {
    return chunk(slot).nodes().get(slot & CHUNK - 1);
  }

  /** Writes a vector {@code [dimension]} and its numbers into a slot without edges. */
  void write(int slot, float[] vector, float scale, float square) {
    MemorySegment bytes = segment(slot);
    long at = at(slot);
    MemorySegment.copy(vector, 0, bytes, SegmentLayout.F32, at, vector.length);
    bytes.set(SegmentLayout.F32, at + 4L * padded, scale);
    bytes.set(SegmentLayout.F32, at + 4L * padded + 4, square);
    bytes.set(INT, headerAt(slot), 0);
  }

  /** Shows a slot, which is written, to readers. */
  void publish(LiveNode node) {
    chunk(node.slot()).nodes().set(node.slot() & CHUNK - 1, node);
  }

  float scale(int slot) {
    return segment(slot).get(SegmentLayout.F32, at(slot) + 4L * padded);
  }

  float square(int slot) {
    return segment(slot).get(SegmentLayout.F32, at(slot) + 4L * padded + 4);
  }

  /** Copies a vector into {@code into[dimension]}. */
  void vector(int slot, float[] into) {
    MemorySegment.copy(segment(slot), SegmentLayout.F32, at(slot), into, 0, into.length);
  }

  private long headerAt(int slot) {
    return at(slot) + 4L * padded + 8;
  }

  ReentrantLock lock(int slot) {
    return locks[slot & LOCKS - 1];
  }

  int degree(int slot) {
    return segment(slot).get(INT, headerAt(slot));
  }

  /** Copies a slot's neighbours and answers how many. */
  int copy(int slot, int[] into) {
    MemorySegment bytes = segment(slot);
    long at = headerAt(slot);
    int degree = bytes.get(INT, at);
    MemorySegment.copy(bytes, INT, at + 4, into, 0, degree);
    // Who follows an edge sees what was written before it was.
    VarHandle.acquireFence();
    return degree;
  }

  /** Replaces a slot's neighbours. Under its lock. */
  void set(int slot, int[] neighbours, int degree) {
    MemorySegment bytes = segment(slot);
    long at = headerAt(slot);
    VarHandle.releaseFence();
    MemorySegment.copy(neighbours, 0, bytes, INT, at + 4, degree);
    bytes.set(INT, at, degree);
  }

  /**
   * Appends a neighbour if it is new and there is room; false if there is no room. Under the slot's
   * lock.
   */
  boolean append(int slot, int neighbour) {
    MemorySegment bytes = segment(slot);
    long at = headerAt(slot);
    int degree = bytes.get(INT, at);
    for (int i = 0; i < degree; i++) {
      if (bytes.get(INT, at + 4 + 4L * i) == neighbour) {
        return true;
      }
    }
    if (degree == capacity) {
      return false;
    }
    VarHandle.releaseFence();
    bytes.set(INT, at + 4 + 4L * degree, neighbour);
    bytes.set(INT, at, degree + 1);
    return true;
  }

  @Override
  public void close() {
    arena.close();
  }
}
