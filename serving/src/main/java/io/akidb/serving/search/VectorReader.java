package io.akidb.serving.search;

import io.akidb.catalog.Attributes;
import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.filter.FilterMatcher;
import io.akidb.serving.fresh.FreshRow;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.shard.BuiltIndex;
import io.akidb.serving.shard.ShardLease;
import io.akidb.serving.shard.StoredVector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** Reads vectors of a view by id, by filter, or one page after the other. Stateless. */
public final class VectorReader {
  private static final byte[] NO_PAYLOAD = {};

  private VectorReader() {}

  /** The newest version of an id, or empty if there is none or it is deleted. */
  public static Optional<StoredVector> find(CollectionView view, String id) {
    FreshRow row = view.fresh().find(id);
    if (row != null) {
      return row.isTombstone() ? Optional.empty() : Optional.of(ofFresh(view, row));
    }
    BuiltIndex index = view.index();
    return Optional.ofNullable(index == null ? null : index.find(id));
  }

  /** As {@link #find(CollectionView, String)}, where rows that do not match are missing. */
  public static Optional<StoredVector> find(CollectionView view, String id, @Nullable Filter rows) {
    if (rows == null) {
      return find(view, id);
    }
    return find(view, id).filter(found -> matches(view, found, rows));
  }

  private static boolean matches(CollectionView view, StoredVector found, Filter rows) {
    FreshRow row = view.fresh().find(found.id());
    byte[] payload = found.payload();
    return FilterMatcher.matches(
        rows,
        row != null ? row : name -> payload.length == 0 ? null : Attributes.find(payload, name));
  }

  /**
   * How many vectors match; empty if more than {@code max}.
   *
   * @param max so many ids may be held to count each once
   */
  public static OptionalInt count(CollectionView view, Filter rows, int max) {
    try {
      return OptionalInt.of(matching(view, rows, max).size());
    } catch (ServingException e) {
      if (e.reason() == Reason.TOO_LARGE) {
        return OptionalInt.empty();
      }
      throw e;
    }
  }

  private static StoredVector ofFresh(CollectionView view, FreshRow row) {
    byte[] payload = row.payload();
    return new StoredVector(
        row.id(), row.order(), view.fresh().vector(row), payload == null ? NO_PAYLOAD : payload);
  }

  /** What was found, with the vectors' content, in the same order. */
  public static List<StoredVector> read(CollectionView view, List<Hit> hits, boolean vectors) {
    Map<Integer, ShardLease> leases = new HashMap<>();
    try {
      List<StoredVector> read = new ArrayList<>(hits.size());
      for (Hit hit : hits) {
        FreshRow row = hit.fresh();
        if (row != null) {
          read.add(ofFresh(view, row));
        } else {
          BuiltIndex index = indexOf(view);
          ShardLease lease = leases.computeIfAbsent(hit.position(), index::acquire);
          read.add(ofShard(lease, hit.node(), hit.id(), vectors));
        }
      }
      return read;
    } finally {
      leases.values().forEach(ShardLease::close);
    }
  }

  private static BuiltIndex indexOf(CollectionView view) {
    BuiltIndex index = view.index();
    if (index == null) {
      throw new IllegalStateException("a hit in an index that the view has not");
    }
    return index;
  }

  private static StoredVector ofShard(ShardLease lease, int node, String id, boolean vectors) {
    float[] vector = new float[vectors ? lease.index().schema().dimension() : 0];
    if (vectors) {
      lease.index().vector(node, vector);
    }
    return new StoredVector(id, lease.index().order(node), vector, lease.index().payload(node));
  }

  /**
   * The ids of all vectors that match.
   *
   * @throws ServingException TOO_LARGE if there are more than {@code max}
   */
  public static SortedSet<String> matching(CollectionView view, Filter filter, int max) {
    SortedSet<String> ids = new TreeSet<>();
    view.fresh()
        .forEachLive(
            row -> {
              if (FilterMatcher.matches(filter, row)) {
                add(ids, row.id(), max);
              }
            });
    BuiltIndex index = view.index();
    for (int i = 0; index != null && i < index.partitions(); i++) {
      try (ShardLease lease = index.acquire(i)) {
        lease
            .shard()
            .matches(filter)
            .forEach(
                (int node) -> {
                  String id = lease.index().vectorId(node);
                  if (view.fresh().find(id) == null) {
                    add(ids, id, max);
                  }
                });
      }
    }
    return ids;
  }

  private static void add(SortedSet<String> ids, String id, int max) {
    ids.add(id);
    if (ids.size() > max) {
      throw ServingException.of(
          Reason.TOO_LARGE,
          "the filter matches more than the "
              + max
              + " vectors that one call may delete; narrow"
              + " it and call several times");
    }
  }

  /**
   * The next vectors by ascending id, to be {@linkplain #read read}, so that a listing goes on
   * where it stood though the collection changes.
   *
   * @param after ids greater than this; null from the start
   * @param rows those that do not match are passed over; null for none
   */
  public static List<Hit> page(
      CollectionView view, @Nullable String after, int limit, @Nullable Filter rows) {
    SortedSet<String> ids = new TreeSet<>(freshIdsAfter(view, after, limit, rows));
    Map<String, Hit> inShards = new HashMap<>();
    BuiltIndex index = view.index();
    for (int i = 0; index != null && i < index.partitions(); i++) {
      try (ShardLease lease = index.acquire(i)) {
        collect(view, lease, i, after, limit, rows, inShards);
      }
    }
    ids.addAll(inShards.keySet());
    List<Hit> hits = new ArrayList<>();
    for (String id : ids) {
      if (hits.size() == limit) {
        break;
      }
      Hit indexed = inShards.get(id);
      hits.add(indexed != null ? indexed : new Hit(id, 0, view.fresh().find(id), -1, -1));
    }
    return hits;
  }

  private static List<String> freshIdsAfter(
      CollectionView view, @Nullable String after, int limit, @Nullable Filter rows) {
    PriorityQueue<String> greatest = new PriorityQueue<>(limit + 1, (a, b) -> b.compareTo(a));
    view.fresh()
        .forEachLive(
            row -> {
              if ((after == null || row.id().compareTo(after) > 0)
                  && (rows == null || FilterMatcher.matches(rows, row))) {
                greatest.add(row.id());
                if (greatest.size() > limit) {
                  greatest.poll();
                }
              }
            });
    return List.copyOf(greatest);
  }

  private static void collect(
      CollectionView view,
      ShardLease lease,
      int position,
      @Nullable String after,
      int limit,
      @Nullable Filter rows,
      Map<String, Hit> into) {
    int[] nodes = lease.shard().nodesById();
    RoaringBitmap visible = rows == null ? null : lease.shard().matches(rows);
    int found = 0;
    int start = after == null ? 0 : lease.shard().firstAfter(after);
    for (int i = start; i < nodes.length && found < limit; i++) {
      if (visible != null && !visible.contains(nodes[i])) {
        continue;
      }
      String id = lease.index().vectorId(nodes[i]);
      if (view.fresh().find(id) == null) {
        into.putIfAbsent(id, new Hit(id, 0, null, position, nodes[i]));
        found++;
      }
    }
  }
}
