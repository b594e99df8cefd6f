package io.akidb.serving.collection;

import io.akidb.catalog.CatalogException;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.serving.ingest.CommitTarget;
import io.akidb.serving.ingest.GroupCommitter;
import io.akidb.serving.problem.ServingException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** An open collection with its committer, and when it was used last. Thread-safe. */
final class CollectionHandle implements CommitTarget {
  private static final Logger LOG = System.getLogger(CollectionHandle.class.getName());

  private final OpenCollection open;
  private final GroupCommitter committer;
  private final AtomicBoolean following = new AtomicBoolean();
  private volatile boolean failing;
  private volatile long usedNanos;
  private volatile long followedNanos;

  CollectionHandle(
      OpenCollection open, Function<CommitTarget, GroupCommitter> committers, long nowNanos) {
    this.open = open;
    this.usedNanos = nowNanos;
    this.followedNanos = nowNanos;
    this.committer = committers.apply(this);
  }

  OpenCollection open() {
    return open;
  }

  GroupCommitter committer() {
    return committer;
  }

  void use(long nowNanos) {
    usedNanos = nowNanos;
  }

  long unusedNanos(long nowNanos) {
    return nowNanos - usedNanos;
  }

  long unfollowedNanos(long nowNanos) {
    return nowNanos - followedNanos;
  }

  /**
   * Looks for commits of others, unless somebody is looking right now. What fails is tried again at
   * the next look; until then the collection serves the generation that it says it does.
   */
  void follow(long nowNanos) {
    if (!following.compareAndSet(false, true)) {
      return;
    }
    try {
      open.follow();
      if (failing) {
        failing = false;
        LOG.log(Level.INFO, "{0} follows the bucket again", open);
      }
    } catch (ObjectStoreException | CatalogException | ServingException e) {
      // Said once, not four times a second.
      if (!failing) {
        failing = true;
        LOG.log(Level.WARNING, open + " cannot follow the bucket right now", e);
      }
    } finally {
      followedNanos = nowNanos;
      following.set(false);
    }
  }

  @Override
  public VectorCollection collection() {
    return open.collection();
  }

  @Override
  public long maxOrder() {
    return open.view().manifest().maxOrder();
  }

  @Override
  public void applyCommitted(Manifest committed, Map<UUID, List<VectorRecord>> own) {
    open.applyCommitted(committed, own);
  }

  /** Commits what waits, then gives the memory back. */
  void close() {
    committer.close();
    open.close();
  }
}
