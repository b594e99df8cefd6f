package io.akidb.build;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The live rows of a task, each with its place, and once more with the place of its copy. For one
 * thread.
 */
final class PlacedRows implements Iterator<Tuple2<ShardSlot, Candidate>> {
  private final Iterator<Tuple2<String, Candidate>> rows;
  private final Placement.Finder finder;
  private final ShardSlots slots;
  private @Nullable Tuple2<ShardSlot, Candidate> next;
  private @Nullable Tuple2<ShardSlot, Candidate> copy;

  PlacedRows(Iterator<Tuple2<String, Candidate>> rows, Placement placement, ShardSlots slots) {
    this.rows = rows;
    this.finder = placement.finder();
    this.slots = slots;
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      if (copy != null) {
        next = copy;
        copy = null;
      } else if (rows.hasNext()) {
        place(rows.next());
      } else {
        return false;
      }
    }
    return true;
  }

  private void place(Tuple2<String, Candidate> row) {
    Candidate candidate = row._2();
    if (candidate.isTombstone()) {
      return;
    }
    finder.find(row._1(), candidate.vector());
    if (slots.has(finder.primary())) {
      next = new Tuple2<>(new ShardSlot(finder.primary(), row._1(), false), candidate);
    }
    int replica = finder.replica();
    if (replica >= 0 && slots.has(replica)) {
      copy = new Tuple2<>(new ShardSlot(replica, row._1(), true), candidate);
    }
  }

  @Override
  public Tuple2<ShardSlot, Candidate> next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    Tuple2<ShardSlot, Candidate> result = next;
    next = null;
    return result;
  }
}
