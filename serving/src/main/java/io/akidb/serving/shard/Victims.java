package io.akidb.serving.shard;

import io.akidb.tenancy.TenantId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which shards make room in a full cache: what no tenant has used for a while, and then the least
 * recently used ones of whoever holds most. So a tenant that reads many shards once throws out its
 * own before those that others use (max-min fairness, as far as the cache is contended for). For
 * one choice.
 */
final class Victims {
  /** After this a shard is anybody's to throw out: its tenant does not come back for it often. */
  static final Duration LEFT = Duration.ofMinutes(10);

  private final Collection<ShardCache.Entry> byUse;
  private final long nowNanos;
  private final Set<ShardCache.Entry> chosen = new LinkedHashSet<>();
  private long wanted;

  /**
   * Of these.
   *
   * @param byUse the least recently used ones first
   * @param wanted bytes
   * @param nowNanos as {@link System#nanoTime}
   */
  Victims(Collection<ShardCache.Entry> byUse, long wanted, long nowNanos) {
    this.byUse = byUse;
    this.wanted = wanted;
    this.nowNanos = nowNanos;
  }

  /**
   * Those that make room, or null if all that are not being read would not.
   *
   * @param asker who needs the room; null if nobody does
   * @param needed bytes that it will hold besides
   */
  @Nullable List<ShardCache.Entry> of(@Nullable TenantId asker, long needed) {
    chooseLeft();
    if (wanted > 0) {
      chooseOfMost(asker, needed);
    }
    return wanted > 0 ? null : new ArrayList<>(chosen);
  }

  private void choose(ShardCache.Entry entry) {
    chosen.add(entry);
    wanted -= entry.bytes();
  }

  private void chooseLeft() {
    for (ShardCache.Entry entry : byUse) {
      if (wanted <= 0) {
        return;
      }
      if (entry.isIdle() && entry.unusedNanos(nowNanos) >= LEFT.toNanos()) {
        choose(entry);
      }
    }
  }

  private void chooseOfMost(@Nullable TenantId asker, long needed) {
    Map<TenantId, Long> held = new HashMap<>();
    Map<TenantId, Deque<ShardCache.Entry>> idle = new HashMap<>();
    if (asker != null) {
      held.put(asker, needed);
    }
    for (ShardCache.Entry entry : byUse) {
      TenantId holder = entry.holder();
      if (holder == null || chosen.contains(entry)) {
        continue;
      }
      held.merge(holder, entry.bytes(), Long::sum);
      if (entry.isIdle()) {
        idle.computeIfAbsent(holder, tenant -> new ArrayDeque<>()).add(entry);
      }
    }
    while (wanted > 0 && !idle.isEmpty()) {
      Map.Entry<TenantId, Deque<ShardCache.Entry>> most =
          Collections.max(
              idle.entrySet(),
              Comparator.comparingLong(its -> held.getOrDefault(its.getKey(), 0L)));
      ShardCache.Entry entry = most.getValue().remove();
      choose(entry);
      held.merge(most.getKey(), -entry.bytes(), Long::sum);
      if (most.getValue().isEmpty()) {
        idle.remove(most.getKey());
      }
    }
  }
}
