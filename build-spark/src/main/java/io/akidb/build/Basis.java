package io.akidb.build;

import io.akidb.catalog.IndexDescriptor;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.ShardRef;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.ObjectStore;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The published index that an incremental build starts from: its partitions, and its shards.
 *
 * @param index what is published
 * @param plan that it was built by
 * @param router serialized
 * @param codebook serialized; null for an index without one
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
record Basis(IndexDescriptor index, BuildPlan plan, byte[] router, byte @Nullable [] codebook) {
  /** The name under which an index is published with the checksum of its plan. */
  static final String PLAN_CHECKSUM = "plan_crc32c";

  /**
   * The index of a generation, if the request can be made out of it.
   *
   * @param anew is told why not
   */
  static Optional<Basis> find(
      ObjectStore store,
      CollectionAddress address,
      VectorCollection collection,
      Manifest manifest,
      IndexParameters request,
      Consumer<String> anew) {
    IndexDescriptor index = collection.index(manifest).orElse(null);
    if (index == null || index.shards().isEmpty()) {
      anew.accept("there is no index with rows to start from");
      return Optional.empty();
    }
    Optional<String> difference = ParameterText.difference(index.parameters(), request);
    if (difference.isPresent()) {
      anew.accept("the index was built with another " + difference.get());
      return Optional.empty();
    }
    BuildFiles files = new BuildFiles(store, address, index.buildId());
    String checksum = index.parameters().get(PLAN_CHECKSUM);
    BuildFiles.StoredPlan stored = checksum == null ? null : files.plan().orElse(null);
    if (stored == null || !checksumOf(stored).equals(checksum)) {
      anew.accept("the index has no plan that its partitions could be kept by");
      return Optional.empty();
    }
    BuildPlan plan = stored.plan();
    return Optional.of(
        new Basis(
            index,
            plan,
            files.router(plan),
            plan.codebookCrc32c() == 0 ? null : files.codebook(plan)));
  }

  static String checksumOf(BuildFiles.StoredPlan plan) {
    return Integer.toHexString(plan.crc32c());
  }

  /** Its shards by number. */
  static Map<Integer, ShardRef> shards(IndexDescriptor index) {
    return index.shards().stream()
        .collect(Collectors.toMap(ShardRef::partition, Function.identity()));
  }
}
