package io.akidb.serving.shard;

import io.akidb.tenancy.TenantId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which shards make room in a full cache: what no tenant has used for a while, and then the least
 * recently used ones of whoever holds most. So a tenant that reads many shards once throws out its
 * own before those that others use (max-min fairness, as far as the cache is contended for); what
 * it reads at once throws out others', since a search cannot do with less. A little more room is
 * made than is needed, so that not each miss has to look at all. For one choice.
 */
final class Victims {
  /** After this a shard is anybody's to throw out: its tenant does not come back for it often. */
  static final Duration LEFT = Duration.ofMinutes(10);

  // Of the cache: what is made room for besides.
  private static final int SPARE_DIVISOR = 50;

  /** A tenant's shards. */
  private static final class Holding {
    private long bytes;
    // The least recently used first.
    private final Deque<ShardCache.Entry> idle = new ArrayDeque<>();

    long bytes() {
      return bytes;
    }
  }

  private final Collection<ShardCache.Entry> byUse;
  private final long bytesMax;
  private final long nowNanos;
  private final Set<ShardCache.Entry> chosen = new LinkedHashSet<>();
  private long wanted;

  /**
   * Of these.
   *
   * @param byUse the least recently used ones first
   * @param bytesMax of the whole cache
   * @param nowNanos as {@link System#nanoTime}
   */
  Victims(Collection<ShardCache.Entry> byUse, long bytesMax, long nowNanos) {
    this.byUse = byUse;
    this.bytesMax = bytesMax;
    this.nowNanos = nowNanos;
  }

  /**
   * Those that make room, or null if all that are not being read would not.
   *
   * @param asker who needs the room; null if nobody does
   * @param needed bytes that it will hold besides
   * @param wanted bytes to be freed at least
   */
  @Nullable List<ShardCache.Entry> of(@Nullable TenantId asker, long needed, long wanted) {
    this.wanted = wanted;
    chooseLeft();
    if (this.wanted > 0) {
      chooseOfMost(asker, needed);
    }
    return this.wanted > 0 ? null : new ArrayList<>(chosen);
  }

  private void choose(ShardCache.Entry entry) {
    chosen.add(entry);
    wanted -= entry.bytes();
  }

  private boolean isWanted(ShardCache.Entry entry) {
    return wanted > 0 || entry.bytes() - wanted <= bytesMax / SPARE_DIVISOR;
  }

  private void chooseLeft() {
    for (ShardCache.Entry entry : byUse) {
      if (entry.unusedNanos(nowNanos) < LEFT.toNanos()) {
        return;
      }
      if (entry.isIdle()) {
        if (!isWanted(entry)) {
          return;
        }
        choose(entry);
      }
    }
  }

  private void chooseOfMost(@Nullable TenantId asker, long needed) {
    Map<TenantId, Holding> holdings = holdings();
    Holding own = asker == null ? null : holdings.computeIfAbsent(asker, tenant -> new Holding());
    if (own != null) {
      own.bytes += needed;
    }
    PriorityQueue<Holding> most =
        new PriorityQueue<>(Comparator.comparingLong(Holding::bytes).reversed());
    for (Holding holding : holdings.values()) {
      if (!holding.idle.isEmpty()) {
        most.add(holding);
      }
    }
    while (!most.isEmpty()) {
      Holding holding = most.remove();
      ShardCache.Entry entry = holding.idle.remove();
      if (!isWanted(entry)) {
        return;
      }
      choose(entry);
      holding.bytes -= entry.bytes();
      if (!holding.idle.isEmpty()) {
        most.add(holding);
      }
    }
  }

  private Map<TenantId, Holding> holdings() {
    Map<TenantId, Holding> holdings = new HashMap<>();
    for (ShardCache.Entry entry : byUse) {
      TenantId holder = entry.holder();
      if (holder != null && !chosen.contains(entry)) {
        Holding holding = holdings.computeIfAbsent(holder, tenant -> new Holding());
        holding.bytes += entry.bytes();
        if (entry.isIdle()) {
          holding.idle.add(entry);
        }
      }
    }
    return holdings;
  }
}
