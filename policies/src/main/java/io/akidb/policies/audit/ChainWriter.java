package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.PreconditionFailedException;
import io.akidb.tenancy.TenantId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches, each exactly once however often it is tried, and begins a chain when there is
 * none. For one thread.
 */
final class ChainWriter {
  private static final Logger LOG = System.getLogger(ChainWriter.class.getName());
  private static final int WITNESSED_MAX = 64;
  private static final int BATCH_BYTES_MAX = 64 << 20;

  /** Tenants' copies that are written at once: one after the other, a thousand take a minute. */
  static final int COPIES_AT_ONCE_MAX = 32;

  private final ObjectStore store;
  private final Clock clock;
  private final SecureRandom random;
  private final String node;
  private final @Nullable PrivateKey root;
  private @Nullable Chain chain;
  private Chain.@Nullable Prepared pending;
  private Map<String, Long> witnessed = Map.of();
  private Map<String, Long> seen = Map.of();
  private @Nullable List<Witnessed> news;

  ChainWriter(
      ObjectStore store, Clock clock, SecureRandom random, String node, @Nullable PrivateKey root) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.node = node;
    this.root = root;
  }

  /**
   * Looks how far all chains have come. If any tells more than what was witnessed last, the next
   * batch that is written witnesses it.
   *
   * @param ownToo whether this writer's own chain counts, too; otherwise nothing is news to a
   *     writer that has none
   * @throws io.akidb.objectstore.ObjectStoreException if the bucket cannot be read
   */
  boolean hasNews(boolean ownToo) {
    Chain own = chain;
    if (own == null && !ownToo) {
      return false;
    }
    List<Witnessed> others = lookAround(own);
    Map<String, Long> told = new HashMap<>(seen);
    if (own != null) {
      told.put(own.id(), ownToo ? own.told() : -1);
    }
    boolean any =
        told.entrySet().stream()
            .anyMatch(each -> each.getValue() > witnessed.getOrDefault(each.getKey(), -1L));
    if (any) {
      news = others;
      seen = told;
    }
    return any;
  }

  private List<Witnessed> lookAround(@Nullable Chain own) {
    List<Witnessed> others = new ArrayList<>(WITNESSED_MAX);
    Map<String, Long> told = new HashMap<>();
    for (ObjectNode head : new Heads(store).newest(WITNESSED_MAX)) {
      Witnessed each = Witnessed.of(head);
      if (own == null || !own.id().equals(each.link().chain())) {
        others.add(each);
        told.put(each.link().chain(), Heads.told(head));
      }
    }
    seen = told;
    return others;
  }

  /**
   * Writes a batch. If it fails, the very same records have to be given again, until it succeeds:
   * what was half-written is then completed, not written twice.
   *
   * @throws io.akidb.objectstore.ObjectStoreException if the bucket cannot be written
   */
  void write(List<AuditRecord> records) {
    Chain current = chain;
    if (current == null || (current.isFull() && pending == null)) {
      current = begin();
      chain = current;
    }
    Chain.Prepared prepared = pending;
    if (prepared == null) {
      prepared = current.prepare(records, news);
      pending = prepared;
    }
    String name = prepared.name().text();
    try {
      putOnce(AuditKeys.LOG + name, prepared.batch());
      putCopies(name, prepared.copies());
    } catch (ForeignBatchException e) {
      // Somebody wrote where only this chain may. It is left as evidence; this chain ends before
      // it.
      LOG.log(Level.ERROR, "the audit log was written to by somebody else at {0}", e.getMessage());
      chain = null;
      pending = null;
      write(records);
      return;
    }
    store.put(AuditKeys.head(current.id()), prepared.head());
    current.written(prepared);
    pending = null;
    if (news != null || prepared.name().number() == 0) {
      witnessed = seen;
      news = null;
    }
  }

  private Chain begin() {
    return new Chain(
        clock.instant(), node, Signing.newKeys(random), root, lookAround(null), random);
  }

  /** Returns when all are there. */
  private void putCopies(String name, Map<TenantId, byte[]> copies) {
    if (copies.isEmpty()) {
      return;
    }
    List<Callable<Boolean>> puts = new ArrayList<>(copies.size());
    copies.forEach(
        (tenant, copy) ->
            puts.add(
                () -> {
                  putOnce(AuditKeys.log(tenant) + name, copy);
                  return true;
                }));
    int atOnce = Math.min(copies.size(), COPIES_AT_ONCE_MAX);
    ExecutorService writers = Executors.newFixedThreadPool(atOnce, ChainWriter::thread);
    try {
      for (Future<Boolean> each : writers.invokeAll(puts)) {
        var unused = each.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while copies were written", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
    } finally {
      writers.shutdownNow();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "audit-copies");
    thread.setDaemon(true);
    return thread;
  }

  private void putOnce(String key, byte[] content) {
    try {
      store.putIfAbsent(key, content);
    } catch (PreconditionFailedException e) {
      // Most likely ours, of a try whose answer was lost.
      if (!Arrays.equals(store.get(key, BATCH_BYTES_MAX).bytes(), content)) {
        throw new ForeignBatchException(key);
      }
    }
  }

  /** Another object stands where a batch belongs. */
  private static final class ForeignBatchException extends RuntimeException {
    ForeignBatchException(String key) {
      super(key);
    }
  }
}
