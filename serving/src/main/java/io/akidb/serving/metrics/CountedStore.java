package io.akidb.serving.metrics;

import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A bucket whose calls are counted, by what they do: what a node costs its store, also when nobody
 * asks it anything. Repetitions inside the store are not seen. Thread-safe; closing is left to who
 * opened the bucket.
 */
public final class CountedStore implements ObjectStore {
  private final ObjectStore store;
  private final CounterDataPoint reads;
  private final CounterDataPoint looks;
  private final CounterDataPoint listings;
  private final CounterDataPoint writes;
  private final CounterDataPoint deletions;

  /** Counts the calls of a bucket. */
  public CountedStore(ObjectStore store, NodeMetrics metrics) {
    this.store = store;
    Counter requests =
        Counter.builder()
            .name("akidb_store_requests")
            .help("Calls of the object store: reads, looks for a change, listings, writes.")
            .labelNames("operation")
            .register(metrics.registry());
    this.reads = requests.labelValues("read");
    this.looks = requests.labelValues("look");
    this.listings = requests.labelValues("list");
    this.writes = requests.labelValues("write");
    this.deletions = requests.labelValues("delete");
  }

  @Override
  public ObjectMetadata put(String key, byte[] content) {
    writes.inc();
    return store.put(key, content);
  }

  @Override
  public ObjectMetadata putFile(String key, Path file) {
    writes.inc();
    return store.putFile(key, file);
  }

  @Override
  public ObjectMetadata putIfAbsent(String key, byte[] content) {
    writes.inc();
    return store.putIfAbsent(key, content);
  }

  @Override
  public ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content) {
    writes.inc();
    return store.compareAndSwap(key, expectedEtag, content);
  }

  @Override
  public Optional<ObjectMetadata> head(String key) {
    looks.inc();
    return store.head(key);
  }

  @Override
  public ObjectContent get(String key, int maxBytes) {
    reads.inc();
    return store.get(key, maxBytes);
  }

  @Override
  public @Nullable ObjectContent getIfChanged(String key, String knownEtag, int maxBytes) {
    looks.inc();
    return store.getIfChanged(key, knownEtag, maxBytes);
  }

  @Override
  public byte[] getRange(String key, long offset, int length) {
    reads.inc();
    return store.getRange(key, offset, length);
  }

  @Override
  public InputStream open(String key) {
    reads.inc();
    return store.open(key);
  }

  @Override
  public ObjectMetadata getToFile(String key, Path target) {
    reads.inc();
    return store.getToFile(key, target);
  }

  @Override
  public ListPage list(String prefix, @Nullable String startAfter, int limit) {
    listings.inc();
    return store.list(prefix, startAfter, limit);
  }

  @Override
  public FolderPage listFolders(String prefix, @Nullable String startAfter, int limit) {
    listings.inc();
    return store.listFolders(prefix, startAfter, limit);
  }

  @Override
  public void delete(String key) {
    deletions.inc();
    store.delete(key);
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public void close() {}
}
