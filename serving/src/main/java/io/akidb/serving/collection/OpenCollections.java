package io.akidb.serving.collection;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.fresh.FreshMemory;
import io.akidb.serving.ingest.CommitTarget;
import io.akidb.serving.ingest.GroupCommitter;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The collections that this node holds open: opened at their first use, closed when idle, a bounded
 * number at once. One thread makes them follow the bucket; {@link #close} ends it. Thread-safe.
 */
public final class OpenCollections implements AutoCloseable {
  private static final int FOLLOWERS_MAX = 16;
  // A collection that nobody asks for is looked at this much less often, and once more when it is
  // asked for.
  private static final int QUIET_FACTOR = 20;
  // And ever less often the longer that is so.
  private static final int QUIET_SHARE = 2;
  // Closed at once for want of memory.
  private static final int VICTIMS_MAX = 1 << 16;

  private record Key(TenantId tenant, CollectionName name) {}

  private final Catalog catalog;
  private final CollectionsConfig config;
  private final FreshBudget budget;
  private final IndexLoader loader;
  private final Function<CommitTarget, GroupCommitter> committers;
  private final ConcurrentHashMap<Key, CompletableFuture<CollectionHandle>> open =
      new ConcurrentHashMap<>();
  private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore followers = new Semaphore(FOLLOWERS_MAX);
  private final ScheduledExecutorService clockwork;
  private final ScheduledFuture<?> ticking;
  private final PastViews past;

  /** Starts following. */
  public OpenCollections(
      Catalog catalog,
      CollectionsConfig config,
      FreshBudget budget,
      IndexLoader loader,
      Function<CommitTarget, GroupCommitter> committers) {
    this.catalog = catalog;
    this.config = config;
    this.budget = budget;
    this.loader = loader;
    this.committers = committers;
    past = new PastViews(config.snapshotsMax(), budget, loader);
    this.clockwork =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("follow").daemon().factory());
    long interval = config.followInterval().toMillis();
    ticking =
        clockwork.scheduleWithFixedDelay(
            this::followAll, interval, interval, TimeUnit.MILLISECONDS);
  }

  /**
   * The collection, opened if need be.
   *
   * @throws CollectionNotFoundException if there is none
   */
  public OpenCollection get(TenantContext context, CollectionName name) {
    return handle(context, name).open();
  }

  /**
   * Commits rows and waits until they are durable and searchable.
   *
   * @return the generation that holds them
   */
  public Manifest commit(TenantContext context, CollectionName name, List<VectorRecord> rows) {
    CollectionHandle handle = handle(context, name);
    FreshMemory.Reserved reserved =
        withMemory(context.tenant(), handle, () -> handle.open().reserve(rows));
    return handle.committer().commit(rows, reserved::close);
  }

  /**
   * Lets go of a collection that was dropped on this node; other nodes see it at their next look.
   */
  public void forget(TenantContext context, CollectionName name) {
    Key key = new Key(context.tenant(), name);
    CompletableFuture<CollectionHandle> future = open.get(key);
    if (future != null) {
      closeOne(key, handleOf(future));
    }
    past.forget(context.tenant(), name::equals);
  }

  /** Lets go of all collections of a tenant that is no longer served. */
  public void forgetAllOf(TenantId tenant) {
    open.forEach(
        (key, future) -> {
          if (key.tenant().equals(tenant)) {
            closeOne(key, handleOf(future));
          }
        });
    past.forget(tenant, name -> true);
  }

  /** What a query saw at a generation of the past that is still kept. */
  public ViewLease at(OpenCollection collection, long generation) {
    CollectionView now = collection.view();
    return generation == now.generation()
        ? ViewLease.of(now)
        : withMemory(
            collection.collection().context().tenant(),
            null,
            () -> past.get(collection.collection(), now.manifest().collectionId(), generation));
  }

  private CollectionHandle handle(TenantContext context, CollectionName name) {
    Key key = new Key(context.tenant(), name);
    for (int attempt = 0; ; attempt++) {
      CollectionHandle handle = opened(key, context);
      long now = System.nanoTime();
      if (handle.unfollowedNanos(now) > 2 * config.followInterval().toNanos()) {
        handle.follow(now);
      }
      if (!handle.open().isGone()) {
        handle.use(now);
        return handle;
      }
      closeOne(key, handle);
      if (attempt > 1) {
        throw ServingException.notFound("collection");
      }
    }
  }

  private CollectionHandle opened(Key key, TenantContext context) {
    CompletableFuture<CollectionHandle> mine = new CompletableFuture<>();
    CompletableFuture<CollectionHandle> known = open.putIfAbsent(key, mine);
    if (known == null) {
      try {
        makeRoom(key.tenant());
        mine.complete(withMemory(key.tenant(), null, () -> open(context, key.name())));
      } catch (RuntimeException | Error e) {
        open.remove(key, mine);
        mine.completeExceptionally(e);
        throw e;
      }
      return mine.join();
    }
    try {
      return known.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    }
  }

  private CollectionHandle open(TenantContext context, CollectionName name) {
    VectorCollection collection = catalog.open(context, name);
    OpenCollection opened =
        OpenCollection.open(collection, collection.known(), budget, loader, background);
    try {
      return new CollectionHandle(opened, committers, System.nanoTime());
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  // Whoever opens a collection does not wait until another one has committed what waits there.
  private void makeRoom(TenantId asker) {
    long now = System.nanoTime();
    for (int excess = open.size() - config.openMax(); excess > 0; excess--) {
      Map<TenantId, Long> held =
          open.keySet().stream().collect(Collectors.groupingBy(Key::tenant, Collectors.counting()));
      open.entrySet().stream()
          .filter(entry -> handleOf(entry.getValue()) != null)
          .filter(
              entry ->
                  mayDisplace(
                      asker,
                      entry.getKey().tenant(),
                      unused(entry.getValue(), now),
                      tenant -> held.getOrDefault(tenant, 0L)))
          .max(Comparator.comparingLong(entry -> unused(entry.getValue(), now)))
          .filter(entry -> open.remove(entry.getKey(), entry.getValue()))
          .map(entry -> handleOf(entry.getValue()))
          .ifPresent(handle -> background.execute(handle::close));
    }
  }

  /**
   * Whether somebody's has to make room for somebody: the own, what was left a while ago, and of
   * those who hold no less. So that no tenant, however much it asks for, keeps others from what
   * they use.
   */
  private boolean mayDisplace(
      TenantId asker, TenantId holder, long unusedNanos, ToLongFunction<TenantId> held) {
    return asker.equals(holder)
        || unusedNanos >= config.leftMin().toNanos()
        || held.applyAsLong(holder) >= held.applyAsLong(asker);
  }

  /**
   * Does what needs memory for fresh rows. Where that is taken, generations of the past make room,
   * then collections that nobody uses, the longest unused first, so that what one tenant opened and
   * left is no burden to another. Nobody makes room for what would not fit if all did.
   *
   * @param asker whose rows
   * @param own the collection that the memory is for; null if it is not open yet
   */
  private <T> T withMemory(TenantId asker, @Nullable CollectionHandle own, Supplier<T> work) {
    int victims = 1;
    while (true) {
      try {
        return work.get();
      } catch (ServingException e) {
        boolean mayHelp = e.reason() == Reason.BUILD_NEEDED && budget.couldHold(e.bytesWanted());
        Predicate<TenantId> givers = givers(asker, own, e.bytesWanted());
        if (mayHelp && letGoOfPast(asker, givers)) {
          continue;
        }
        if (!mayHelp || !closeUnused(asker, victims, own, givers)) {
          throw e;
        }
        victims = Math.min(2 * victims, VICTIMS_MAX);
      }
    }
  }

  // Who would have more than any tenant may is helped by what is its own alone.
  private Predicate<TenantId> givers(TenantId asker, @Nullable CollectionHandle own, long wanted) {
    long more = wanted - (own == null ? 0 : own.open().freshBytes());
    boolean othersHelp = budget.couldHold(budget.usedBy(asker) + more);
    return holder -> othersHelp || holder.equals(asker);
  }

  private boolean letGoOfPast(TenantId asker, Predicate<TenantId> givers) {
    return past.letGoOfOne(
        System.nanoTime(),
        (holder, unused) ->
            givers.test(holder)
                && (asker.equals(holder) || unused >= config.unusedMin().toNanos())
                && mayDisplace(asker, holder, unused, budget::usedBy));
  }

  private boolean closeUnused(
      TenantId asker, int most, @Nullable CollectionHandle own, Predicate<TenantId> givers) {
    long now = System.nanoTime();
    List<Map.Entry<Key, CompletableFuture<CollectionHandle>>> victims =
        open.entrySet().stream()
            .filter(entry -> unused(entry.getValue(), now) >= config.unusedMin().toNanos())
            .filter(entry -> givers.test(entry.getKey().tenant()))
            .filter(entry -> holdsMemory(handleOf(entry.getValue()), own))
            .filter(
                entry ->
                    mayDisplace(
                        asker,
                        entry.getKey().tenant(),
                        unused(entry.getValue(), now),
                        budget::usedBy))
            .sorted(
                Comparator.comparingLong(
                        (Map.Entry<Key, CompletableFuture<CollectionHandle>> entry) ->
                            unused(entry.getValue(), now))
                    .reversed())
            .limit(most)
            .toList();
    victims.forEach(entry -> closeOne(entry.getKey(), handleOf(entry.getValue())));
    return !victims.isEmpty();
  }

  private static boolean holdsMemory(
      @Nullable CollectionHandle handle, @Nullable CollectionHandle own) {
    return handle != null && handle != own && !handle.open().view().fresh().isEmpty();
  }

  private static long unused(CompletableFuture<CollectionHandle> future, long now) {
    CollectionHandle handle = handleOf(future);
    return handle == null ? -1 : handle.unusedNanos(now);
  }

  private static @Nullable CollectionHandle handleOf(CompletableFuture<CollectionHandle> future) {
    return future.isDone() && !future.isCompletedExceptionally() ? future.join() : null;
  }

  private void closeOne(Key key, @Nullable CollectionHandle handle) {
    CompletableFuture<CollectionHandle> future = open.get(key);
    if (handle != null
        && future != null
        && handleOf(future) == handle
        && open.remove(key, future)) {
      handle.close();
    }
  }

  private void followAll() {
    long now = System.nanoTime();
    past.letGoOfUnused(now, config.idle().toNanos());
    open.forEach(
        (key, future) -> {
          CollectionHandle handle = handleOf(future);
          if (handle == null) {
            return;
          }
          if (handle.unusedNanos(now) > config.idle().toNanos() || handle.open().isGone()) {
            background.execute(() -> closeOne(key, handle));
            return;
          }
          long interval = config.followInterval().toNanos();
          boolean due = handle.unfollowedNanos(now) >= pause(handle.unusedNanos(now), interval);
          if (due && followers.tryAcquire()) {
            background.execute(() -> follow(handle));
          }
        });
  }

  /** How long a collection may go unlooked at that nobody asked for so long. */
  static long pause(long unusedNanos, long intervalNanos) {
    long quiet = QUIET_FACTOR * intervalNanos;
    return unusedNanos <= quiet ? 0 : Math.max(quiet, unusedNanos / QUIET_SHARE);
  }

  private void follow(CollectionHandle handle) {
    try {
      handle.follow(System.nanoTime());
    } finally {
      followers.release();
    }
  }

  /** How many are open. */
  public int openCount() {
    return open.size();
  }

  /** Generations that the collection which is farthest behind has still to make searchable. */
  public long generationLagMax() {
    return open.values().stream()
        .map(OpenCollections::handleOf)
        .mapToLong(
            handle -> {
              if (handle == null) {
                return 0;
              }
              CollectionView view = handle.open().view();
              return view.manifest().generation() - view.generation();
            })
        .max()
        .orElse(0);
  }

  /** Rows in the fresh tiers. */
  public long freshRows() {
    return open.values().stream()
        .map(OpenCollections::handleOf)
        .mapToLong(handle -> handle == null ? 0 : handle.open().view().fresh().liveVectors())
        .sum();
  }

  /** Commits what waits, stops following and closes all. */
  @Override
  public void close() {
    ticking.cancel(false);
    clockwork.shutdownNow();
    open.forEach((key, future) -> background.execute(() -> closeOne(key, handleOf(future))));
    background.close();
    past.close();
  }
}
