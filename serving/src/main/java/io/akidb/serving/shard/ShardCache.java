package io.akidb.serving.shard;

import io.akidb.catalog.IndexType;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.ShardFormatException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shards on the local disk, mapped into memory: at most so many bytes, {@link Victims} thrown out
 * first, never one that somebody reads. Each is fetched once however many ask, is checked against
 * its CRC32C before its first use by this process, and survives a restart. Thread-safe; {@link
 * #close} unmaps all.
 */
public final class ShardCache implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ShardCache.class.getName());

  private final ObjectStore store;
  private final Function<IndexType, IndexProvider> providers;
  private final NodeMetrics metrics;
  private final long bytesMax;
  private final LongSupplier nanoTime;
  private final ShardFolder folder;
  private final KnownMatches matches = KnownMatches.ofHeap();
  // In order of use, the least recent first. Also the lock of everything below.
  private final LinkedHashMap<ShardObject.CachedName, Entry> entries =
      new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /** A shard that is here or on its way; guarded by {@code entries}. */
  static final class Entry {
    private final ShardObject.CachedName name;
    // Null for a file of an earlier process that nobody has asked for yet.
    private @Nullable CompletableFuture<OpenShard> shard;
    private @Nullable TenantId holder;
    private int readers;
    private long usedNanos;

    Entry(ShardObject.CachedName name) {
      this.name = name;
    }

    long bytes() {
      return name.bytes();
    }

    /** Whose; null if nobody has asked this process for it. */
    @Nullable TenantId holder() {
      return holder;
    }

    boolean isIdle() {
      CompletableFuture<OpenShard> known = shard;
      return readers == 0 && (known == null || known.isDone());
    }

    /** For how long nobody asked for it. */
    long unusedNanos(long nowNanos) {
      return holder == null ? Long.MAX_VALUE : nowNanos - usedNanos;
    }

    private void use(TenantId asker, long nowNanos) {
      holder = asker;
      usedNanos = nowNanos;
    }
  }

  /** A shard that is thrown out, and its file without its name. */
  private record Evicted(Entry entry, Optional<Path> file) {}

  /**
   * Takes over what an earlier process left in the folder.
   *
   * @param providers who opens which type
   * @throws IOException if the folder cannot be used, or another node uses it
   */
  public ShardCache(
      ObjectStore store,
      ShardCacheConfig config,
      Function<IndexType, IndexProvider> providers,
      NodeMetrics metrics)
      throws IOException {
    this(store, config, providers, metrics, System::nanoTime);
  }

  /** The same with a clock for how long a shard was not used. */
  ShardCache(
      ObjectStore store,
      ShardCacheConfig config,
      Function<IndexType, IndexProvider> providers,
      NodeMetrics metrics,
      LongSupplier nanoTime)
      throws IOException {
    this.nanoTime = nanoTime;
    this.store = store;
    this.providers = providers;
    this.metrics = metrics;
    this.bytesMax = config.bytesMax();
    this.folder = ShardFolder.open(config.folder());
    for (ShardObject.CachedName name : folder.files()) {
      entries.put(name, new Entry(name));
      bytes += name.bytes();
    }
    List<Evicted> evicted;
    synchronized (entries) {
      evicted = evictFor(null, 0);
    }
    discard(evicted);
    metrics.gauge("akidb_shard_cache_bytes", "Bytes of shards on this node.", this::bytes);
  }

  /**
   * A shard to read, fetched if it is not here. The caller closes the lease.
   *
   * @throws ServingException OVERLOADED if everything else that fills the cache is being read, or
   *     what the tenant reads at once leaves others too little
   */
  ShardLease acquire(ShardObject object) {
    Entry entry;
    CompletableFuture<OpenShard> mine = null;
    List<Evicted> evicted = List.of();
    synchronized (entries) {
      entry = entries.get(object.cachedName());
      if (entry == null) {
        evicted = evictFor(object.tenant(), object.bytes());
        entry = new Entry(object.cachedName());
        entries.put(entry.name, entry);
        bytes += object.bytes();
      }
      entry.use(object.tenant(), nanoTime.getAsLong());
      entry.readers++;
      if (entry.shard == null) {
        mine = new CompletableFuture<>();
        entry.shard = mine;
      }
    }
    if (mine != null) {
      load(object, entry, mine, evicted);
    } else {
      metrics.shardHit();
    }
    return new ShardLease(this, entry, await(entry));
  }

  private OpenShard await(Entry entry) {
    CompletableFuture<OpenShard> shard = entry.shard;
    if (shard == null) {
      throw new IllegalStateException("a shard was thrown out while it was read");
    }
    try {
      return shard.join();
    } catch (CompletionException e) {
      release(entry);
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void load(
      ShardObject object,
      Entry entry,
      CompletableFuture<OpenShard> into,
      List<Evicted> toMakeRoom) {
    try {
      discard(toMakeRoom);
      into.complete(new OpenShard(open(object), matches));
    } catch (RuntimeException | Error e) {
      synchronized (entries) {
        if (entries.remove(entry.name, entry)) {
          bytes -= entry.name.bytes();
        }
      }
      into.completeExceptionally(e);
    }
  }

  private io.akidb.diskann.VectorIndex open(ShardObject object) {
    IndexProvider provider = providers.apply(object.type());
    try {
      Optional<Path> known = folder.verified(object.cachedName());
      if (known.isPresent()) {
        try {
          return provider.open(known.get());
        } catch (ShardFormatException e) {
          LOG.log(Level.WARNING, "a cached shard cannot be read; fetching it again", e);
        }
      }
      Path file =
          folder.fetch(object.cachedName(), target -> store.getToFile(object.key(), target));
      metrics.shardDownloaded();
      return provider.open(file);
    } catch (IOException | ShardFormatException e) {
      throw ServingException.of(Reason.UNAVAILABLE, "a shard of the index cannot be read", e);
    }
  }

  /** Takes out what makes room, under the lock; to be {@linkplain #discard discarded} after it. */
  private List<Evicted> evictFor(@Nullable TenantId asker, long needed) {
    long wanted = bytes + needed - bytesMax;
    if (wanted <= 0) {
      return List.of();
    }
    List<Entry> victims =
        new Victims(entries.values(), bytesMax, nanoTime.getAsLong()).of(asker, needed, wanted);
    if (victims == null) {
      throw ServingException.of(
          Reason.OVERLOADED,
          "the shards that this query needs do not fit into the cache beside those in use; set a"
              + " larger cache-bytes");
    }
    List<Evicted> evicted = new ArrayList<>(victims.size());
    for (Entry entry : victims) {
      entries.remove(entry.name);
      bytes -= entry.bytes();
      // By another name from here on: else a file that is fetched again could be deleted.
      evicted.add(new Evicted(entry, folder.setAside(entry.name)));
    }
    return evicted;
  }

  // Not under the lock: to unmap and to delete takes long, and nobody can find these any more.
  private void discard(List<Evicted> evicted) {
    Set<Long> closed = new HashSet<>();
    for (Evicted each : evicted) {
      OpenShard shard = openOf(each.entry());
      if (shard != null) {
        closed.add(shard.number());
        shard.index().close();
      }
      each.file().ifPresent(folder::delete);
      metrics.shardEvicted();
    }
    if (!closed.isEmpty()) {
      matches.forget(closed);
    }
  }

  private static @Nullable OpenShard openOf(Entry entry) {
    CompletableFuture<OpenShard> shard = entry.shard;
    return shard != null && shard.isDone() && !shard.isCompletedExceptionally()
        ? shard.join()
        : null;
  }

  void release(Entry entry) {
    synchronized (entries) {
      entry.readers--;
    }
  }

  /** Most bytes that it may hold. */
  public long bytesMax() {
    return bytesMax;
  }

  /** Bytes that it holds. */
  public long bytes() {
    synchronized (entries) {
      return bytes;
    }
  }

  /** How many answers of filters it remembers. */
  long knownMatches() {
    return matches.size();
  }

  /** Unmaps everything; the files stay for the next start. Nobody may read any more. */
  @Override
  public void close() {
    synchronized (entries) {
      for (Entry entry : entries.values()) {
        OpenShard shard = openOf(entry);
        if (shard != null) {
          shard.index().close();
        }
      }
      entries.clear();
    }
    folder.close();
  }
}
