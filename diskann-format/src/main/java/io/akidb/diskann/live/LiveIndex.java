package io.akidb.diskann.live;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.format.v1.AttributeChecks;
import io.akidb.diskann.format.v1.VectorChecks;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A Vamana graph in memory that is searched while it takes inserts and deletes (FreshDiskANN: Singh
 * et al., 2021). A deleted vector is not answered from that moment on; its node leads walks on
 * until {@link #consolidate} takes it out of the graph and frees its place.
 *
 * <p>Safe for any number of threads, all at the same time; writers wait for each other at single
 * nodes only, and searches for nobody. Closing it while one uses it is the caller's error.
 *
 * <p>Memory outside of the heap is {@code 4 * (dimension, rounded up to 16) + 5 * maxDegree + 12}
 * bytes a place, rounded up to 64, in chunks of 1,024 places as they are needed; the heap holds the
 * records, and some hundred bytes a vector beside them.
 */
public final class LiveIndex implements AutoCloseable {
  /** The most places. */
  public static final int VECTORS_MAX = 1 << 28;

  private static final int IDLE_MAX = 64;

  private final LiveGraph graph;
  private final LiveSlots slots;
  private final AttributeChecks attributes;
  private final int vectorsMax;

  /** The node of each id; changed, as its nodes' states are, under the write lock of changes. */
  private final Map<String, LiveNode> current = new ConcurrentHashMap<>();

  private final StampedLock changes = new StampedLock();
  private int tombstones;

  /** Inserts hold it shared, so that whoever holds it alone knows that none is under way. */
  private final ReentrantReadWriteLock inserting = new ReentrantReadWriteLock();

  private final ReentrantLock consolidating = new ReentrantLock();
  private final ArrayBlockingQueue<LiveSearch> searches = new ArrayBlockingQueue<>(IDLE_MAX);
  private final ArrayBlockingQueue<LiveInserter> inserters = new ArrayBlockingQueue<>(IDLE_MAX);

  /**
   * An empty index.
   *
   * @param parameters of which {@code maxDegree}, {@code buildListSize} and {@code alpha} are used
   * @param vectorsMax how many vectors it may hold, deleted ones that were not consolidated among
   *     them; 1 to {@link #VECTORS_MAX}
   */
  public LiveIndex(IndexSchema schema, BuildParameters parameters, int vectorsMax) {
    if (vectorsMax < 1 || vectorsMax > VECTORS_MAX) {
      throw new IllegalArgumentException("vectorsMax must be 1 to " + VECTORS_MAX);
    }
    this.vectorsMax = vectorsMax;
    this.graph = new LiveGraph(schema, parameters, vectorsMax);
    this.slots = graph.slots();
    this.attributes = new AttributeChecks(schema);
  }

  /** What its vectors have in common. */
  public IndexSchema schema() {
    return graph.schema();
  }

  /** How many vectors can be found. */
  public int size() {
    return current.size();
  }

  /** How many places deleted vectors take. */
  public int tombstones() {
    long stamp = changes.readLock();
    try {
      return tombstones;
    } finally {
      changes.unlockRead(stamp);
    }
  }

  /** Memory taken outside of the heap, in bytes. */
  public long memoryBytes() {
    return slots.bytes();
  }

  /** What is kept of an id; null if it is not there. */
  public @Nullable LiveRecord get(String vectorId) {
    LiveNode node = current.get(vectorId);
    return node == null ? null : node.content();
  }

  /**
   * Takes a record, in place of the one that has its id; when this returns, it is found. Of records
   * of one id that come at the same time, one wins. The record's payload and attributes are kept.
   *
   * @throws io.akidb.diskann.InvalidVectorException if the vector or the id cannot be indexed, as
   *     {@link io.akidb.diskann.IndexBuilder#add} says
   * @throws IllegalArgumentException if an attribute is not as declared
   * @throws LiveIndexFullException if there is no place
   */
  public void insert(IndexRecord item) {
    String id = item.vectorId();
    float inverseNorm =
        VectorChecks.requireValid("vector of id '" + id + "'", item.vector(), schema());
    VectorChecks.requireValidId(id);
    attributes.check(item.attributes());
    LiveRecord content =
        new LiveRecord(id, item.order(), item.payload(), Map.copyOf(item.attributes()));
    inserting.readLock().lock();
    try {
      int slot = slots.take();
      if (slot < 0) {
        throw new LiveIndexFullException(vectorsMax, tombstones());
      }
      LiveNode node = new LiveNode(slot, content);
      graph.space().place(slot, item.vector(), inverseNorm);
      slots.publish(node);
      boolean isJoined = false;
      try {
        join(slot);
        isJoined = true;
      } finally {
        become(node, isJoined);
      }
    } finally {
      inserting.readLock().unlock();
    }
  }

  private void join(int slot) {
    LiveInserter inserter = inserters.poll();
    if (inserter == null) {
      inserter = new LiveInserter(graph);
    }
    inserter.insert(slot, graph.parameters().buildListSize());
    inserters.offer(inserter);
  }

  private void become(LiveNode node, boolean isJoined) {
    long stamp = changes.writeLock();
    try {
      if (!isJoined) {
        node.die(null);
        tombstones++;
        return;
      }
      node.enliven();
      LiveNode previous = current.put(node.content().vectorId(), node);
      if (previous != null) {
        previous.die(node);
        tombstones++;
      }
    } finally {
      changes.unlockWrite(stamp);
    }
  }

  /** Deletes; when this returns, no search that begins finds the id. False if it was not there. */
  public boolean delete(String vectorId) {
    long stamp = changes.writeLock();
    try {
      LiveNode node = current.remove(vectorId);
      if (node == null) {
        return false;
      }
      node.die(null);
      tombstones++;
      return true;
    } finally {
      changes.unlockWrite(stamp);
    }
  }

  /**
   * The vectors nearest to the query: {@code k} of them wherever {@code k} are accepted, and none
   * that the filter refuses. Of the parameters, beam width and rerank have no meaning here: all
   * distances are exact.
   *
   * @param query {@code [dimension]}, finite
   * @param filter which records may be answered, null for all; must not change the index
   * @throws io.akidb.diskann.InvalidVectorException if the query cannot be one
   */
  public LiveResult search(
      float[] query, SearchParameters parameters, @Nullable Predicate<LiveRecord> filter) {
    LiveSearch search = searches.poll();
    if (search == null) {
      search = new LiveSearch(graph, changes);
    }
    LiveResult result = search.search(query, parameters, filter, current.size());
    searches.offer(search);
    return result;
  }

  /**
   * Gives each record that can be found, with its vector, bit for bit; a record that comes or ends
   * meanwhile is given or not. What a {@link io.akidb.diskann.ShardMerge} takes in.
   */
  public void forEach(Consumer<IndexRecord> consumer) {
    current.forEach(
        (id, node) -> {
          float[] vector = new float[schema().dimension()];
          slots.vector(node.slot(), vector);
          VarHandle.loadLoadFence();
          // The vector was this node's if the slot still is.
          if (slots.node(node.slot()) == node) {
            LiveRecord kept = node.content();
            consumer.accept(
                new IndexRecord(id, kept.order(), vector, kept.payload(), kept.attributes()));
          }
        });
  }

  /**
   * Takes the deleted vectors out of the graph and frees their places; makes all others reachable.
   * Searches and writes go on meanwhile; inserts wait a moment when it begins. Of two callers one
   * waits for the other.
   *
   * @return how many places were freed
   * @throws java.util.concurrent.CancellationException if the thread was interrupted; none is freed
   */
  public int consolidate() {
    consolidating.lock();
    try {
      BitSet dead = condemned();
      if (!dead.isEmpty()) {
        if (graph.entries().root() >= 0) {
          new LiveConsolidation(graph, dead).run();
        }
        dead.stream().forEach(slots::release);
        forget(dead.cardinality());
      }
      return dead.cardinality();
    } finally {
      consolidating.unlock();
    }
  }

  /** Slots of all nodes that are dead, to which from now on no insert makes an edge. */
  private BitSet condemned() {
    inserting.writeLock().lock();
    try {
      BitSet dead = new BitSet();
      boolean hasOthers = false;
      for (int slot = 0; slot < slots.used(); slot++) {
        LiveNode node = slots.node(slot);
        if (node != null && node.isDead()) {
          dead.set(slot);
        } else {
          hasOthers |= node != null;
        }
      }
      if (!hasOthers) {
        graph.entries().clear();
      }
      return dead;
    } finally {
      inserting.writeLock().unlock();
    }
  }

  private void forget(int count) {
    long stamp = changes.writeLock();
    tombstones -= count;
    changes.unlockWrite(stamp);
  }

  /** Gives the memory back. */
  @Override
  public void close() {
    graph.close();
  }
}
