package io.akidb.serving.collection;

import io.akidb.catalog.CatalogException;
import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.InvalidCommitTokenException;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.fresh.FreshMemory;
import io.akidb.serving.fresh.FreshTier;
import io.akidb.serving.fresh.IndexedVersions;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.shard.BuiltIndex;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One collection on this node: its {@link CollectionView}, which moves on with the manifest in the
 * bucket. Thread-safe.
 *
 * <p>Segments are applied under a lock, by ascending sequence, each once. A new index is fetched
 * outside of it, while queries and writes go on with the old one and its fresh tier; then both are
 * replaced in one step.
 */
public final class OpenCollection {
  private static final Logger LOG = System.getLogger(OpenCollection.class.getName());

  private final VectorCollection collection;
  private final FreshMemory memory;
  private final IndexLoader loader;
  private final Executor background;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition advanced = lock.newCondition();
  private FreshTier tier;
  private long appliedSequence;
  private boolean indexIsLoading;
  private boolean closed;
  private volatile CollectionView view;
  private volatile boolean gone;
  private volatile @Nullable UUID failedBuild;

  private OpenCollection(
      VectorCollection collection,
      FreshMemory memory,
      IndexLoader loader,
      Executor background,
      FreshTier tier,
      CollectionView view) {
    this.collection = collection;
    this.memory = memory;
    this.loader = loader;
    this.background = background;
    this.tier = tier;
    this.view = view;
    this.appliedSequence = view.manifest().nextSequence() - 1;
  }

  /**
   * Reads a generation from the bucket, index and fresh tier.
   *
   * @param background runs the fetching of later indexes
   */
  static OpenCollection open(
      VectorCollection collection,
      Manifest manifest,
      FreshBudget budget,
      IndexLoader loader,
      Executor background) {
    BuiltIndex index = manifest.index() == null ? null : loader.load(collection, manifest);
    FreshMemory memory = budget.of(collection.context().tenant());
    FreshTier tier =
        new FreshTier(manifest.schema(), memory, index == null ? IndexedVersions.NONE : index);
    try {
      // A row takes at least its segment's bytes in memory: refuse before reading gigabytes in
      // vain.
      memory.requireRoomForWritten(manifest.freshBytes(), 0);
      for (SegmentRef segment : collection.segments(manifest)) {
        tier.apply(segment.sequence(), SegmentRows.read(collection, segment));
      }
      CollectionView view =
          new CollectionView(manifest, manifest.generation(), tier.snapshot(), index);
      return new OpenCollection(collection, memory, loader, background, tier, view);
    } catch (RuntimeException | Error e) {
      tier.release();
      throw e;
    }
  }

  /** What a query sees now. */
  public CollectionView view() {
    return view;
  }

  /** The collection in the bucket. */
  public VectorCollection collection() {
    return collection;
  }

  /** Whether it was dropped, or dropped and created again: to be opened anew. */
  public boolean isGone() {
    return gone;
  }

  /** Looks for commits of others and applies them. */
  public void follow() {
    try {
      Manifest newer = collection.headIfChanged(view.manifest());
      if (newer != null) {
        advance(newer, Map.of());
      } else {
        fetchIndexIfNewer(view.manifest());
      }
    } catch (CollectionNotFoundException e) {
      gone = true;
    }
  }

  /**
   * Applies a commit of this node, without reading back what it wrote.
   *
   * @param own the records of the segments that this node wrote
   */
  public void applyCommitted(Manifest committed, Map<UUID, List<VectorRecord>> own) {
    advance(committed, own);
  }

  private void advance(Manifest manifest, Map<UUID, List<VectorRecord>> own) {
    lock.lock();
    try {
      CollectionView known = view;
      if (closed || manifest.generation() <= known.manifest().generation()) {
        return;
      }
      if (!manifest.collectionId().equals(known.manifest().collectionId())) {
        gone = true;
        return;
      }
      // Between the two, a build may have absorbed segments that this node never saw; they come
      // with its index.
      boolean sawAll = manifest.absorbedThrough() <= appliedSequence;
      for (SegmentRef segment : collection.segmentsAfter(manifest, appliedSequence)) {
        List<VectorRecord> rows = own.get(segment.segment().id());
        if (rows == null) {
          // Before it is read in vain, again at each look.
          memory.requireRoomForWritten(segment.segment().bytes(), tier.bytes());
          tier.apply(segment.sequence(), SegmentRows.read(collection, segment));
        } else {
          tier.applyReserved(segment.sequence(), rows);
        }
        appliedSequence = segment.sequence();
      }
      appliedSequence = manifest.nextSequence() - 1;
      boolean whole = sawAll && known.generation() == known.manifest().generation();
      if (tier.isMostlyDead()) {
        replaceTier(tier.rebuiltOn(tier.index(), -1));
      }
      publish(
          new CollectionView(
              manifest,
              whole ? manifest.generation() : known.generation(),
              tier.snapshot(),
              known.index()));
    } finally {
      lock.unlock();
    }
    fetchIndexIfNewer(manifest);
  }

  private void fetchIndexIfNewer(Manifest manifest) {
    IndexRef wanted = manifest.index();
    lock.lock();
    try {
      BuiltIndex current = view.index();
      if (wanted == null
          || closed
          || indexIsLoading
          || (current != null && current.ref().buildId().equals(wanted.buildId()))) {
        return;
      }
      indexIsLoading = true;
    } finally {
      lock.unlock();
    }
    background.execute(() -> fetchIndex(manifest));
  }

  private void fetchIndex(Manifest manifest) {
    IndexRef wanted = manifest.index();
    try {
      install(loader.load(collection, manifest));
    } catch (ObjectStoreException | CatalogException | ServingException e) {
      // The old index serves on; the next look at the head tries again. Said once for each build.
      if (wanted != null && !wanted.buildId().equals(failedBuild)) {
        failedBuild = wanted.buildId();
        LOG.log(Level.WARNING, this + " cannot fetch its new index yet", e);
      }
    } finally {
      lock.lock();
      try {
        indexIsLoading = false;
      } finally {
        lock.unlock();
      }
    }
  }

  private void install(BuiltIndex index) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      Manifest manifest = view.manifest();
      replaceTier(tier.rebuiltOn(index, index.ref().absorbedThrough()));
      IndexRef wanted = manifest.index();
      boolean whole = wanted != null && wanted.buildId().equals(index.ref().buildId());
      publish(
          new CollectionView(
              manifest, whole ? manifest.generation() : view.generation(), tier.snapshot(), index));
    } finally {
      lock.unlock();
    }
  }

  private void replaceTier(FreshTier next) {
    tier.release();
    tier = next;
  }

  private void publish(CollectionView next) {
    view = next;
    advanced.signalAll();
  }

  /**
   * Waits until what a commit token names is searchable here. A token is given out when its commit
   * is durable, so nobody waits for one that the bucket's head has not reached: it was made up.
   *
   * @throws InvalidCommitTokenException if it is none of this collection, or no commit made it
   * @throws ServingException NOT_CAUGHT_UP if it takes longer than {@code timeout}
   */
  public CollectionView awaitCommitted(String token, Duration timeout) {
    long generation = view.manifest().generationOf(token);
    if (view.generation() < generation) {
      follow();
      requireCommitted(generation);
    }
    return awaitGeneration(generation, timeout);
  }

  private void requireCommitted(long generation) {
    if (gone) {
      throw ServingException.notFound("collection");
    }
    lock.lock();
    try {
      // One that was closed meanwhile takes over no more heads.
      if (!closed && view.manifest().generation() < generation) {
        throw new InvalidCommitTokenException("names a generation that nobody has committed");
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until a generation is searchable here.
   *
   * @throws ServingException NOT_CAUGHT_UP if it takes longer than {@code timeout}
   */
  public CollectionView awaitGeneration(long generation, Duration timeout) {
    if (view.generation() < generation) {
      follow();
    }
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (view.generation() < generation) {
        if (left <= 0) {
          throw ServingException.of(
              Reason.NOT_CAUGHT_UP,
              "this node has reached generation " + view.generation() + ", not yet " + generation);
        }
        left = advanced.awaitNanos(left);
      }
      return view;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ServingException.of(Reason.OVERLOADED, "the node is stopping");
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sets memory apart for rows that are to be written here.
   *
   * @throws ServingException BUILD_NEEDED
   */
  FreshMemory.Reserved reserve(List<VectorRecord> rows) {
    lock.lock();
    try {
      return tier.reserve(rows);
    } finally {
      lock.unlock();
    }
  }

  /** Bytes that its fresh rows take. */
  long freshBytes() {
    lock.lock();
    try {
      return tier.bytes();
    } finally {
      lock.unlock();
    }
  }

  /** Gives its memory back. Queries that hold a view finish. */
  void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        tier.release();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The name by which logs call it; bounded, without the tenant's data. */
  @Override
  public String toString() {
    return "OpenCollection[" + collection.name() + "@" + view.generation() + "]";
  }
}
