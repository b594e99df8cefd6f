package io.akidb.build;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import scala.Tuple2;

/**
 * What changes in each shard of the previous index, out of the newest records of a task: rows that
 * come in, with the place of each, and tombstones for shards that hold an id and shall not any
 * more. For one thread.
 */
final class PlacedChanges implements Iterator<Tuple2<ShardSlot, Candidate>> {
  private final Iterator<Tuple2<String, Candidate>> rows;
  private final Placement.Finder finder;
  private final ShardSlots slots;

  /** Of one record: at most one for each shard that holds the id, and two. */
  private final Deque<Tuple2<ShardSlot, Candidate>> next = new ArrayDeque<>();

  PlacedChanges(Iterator<Tuple2<String, Candidate>> rows, Placement placement, ShardSlots slots) {
    this.rows = rows;
    this.finder = placement.finder();
    this.slots = slots;
  }

  @Override
  public boolean hasNext() {
    while (next.isEmpty() && rows.hasNext()) {
      Tuple2<String, Candidate> row = rows.next();
      if (!row._2().isHeld()) {
        place(row._1(), row._2());
      }
    }
    return !next.isEmpty();
  }

  private void place(String id, Candidate newest) {
    int primary = -1;
    int replica = -1;
    if (!newest.isTombstone()) {
      finder.find(id, newest.vector());
      primary = finder.primary();
      replica = finder.replica();
      offer(new ShardSlot(primary, id, false), newest);
      if (replica >= 0) {
        offer(new ShardSlot(replica, id, true), newest);
      }
    }
    for (int holder : newest.holders()) {
      if (holder != primary && holder != replica) {
        offer(new ShardSlot(holder, id, false), newest.gone());
      }
    }
  }

  private void offer(ShardSlot slot, Candidate change) {
    if (slots.has(slot.shard())) {
      next.add(new Tuple2<>(slot, change));
    }
  }

  @Override
  public Tuple2<ShardSlot, Candidate> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return next.remove();
  }
}
