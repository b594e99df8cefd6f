package io.akidb.serving.collection;

import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.ingest.CommitTarget;
import io.akidb.serving.ingest.GroupCommitter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** An open collection with its committer, and when it was used last. Thread-safe. */
final class CollectionHandle implements CommitTarget {
  private final OpenCollection open;
  private final GroupCommitter committer;
  private final AtomicBoolean following = new AtomicBoolean();
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

  /** Looks for commits of others, unless somebody is looking right now. */
  void follow(long nowNanos) {
    if (following.compareAndSet(false, true)) {
      try {
        open.follow();
        followedNanos = nowNanos;
      } finally {
        following.set(false);
      }
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
