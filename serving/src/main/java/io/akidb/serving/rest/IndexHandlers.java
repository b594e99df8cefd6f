package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.catalog.BuildRequest;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.IndexQuantization;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.IndexVectorStorage;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.PqCodebook;
import io.akidb.policies.Permission;
import io.akidb.serving.build.BuildLauncher;
import io.akidb.serving.collection.OpenCollections;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** {@code /collections/{collection}/index}. */
final class IndexHandlers {
  private static final List<String> FIELDS = List.of("type", "parameters");
  private static final List<String> PARAMETERS =
      List.of(
          "max_degree",
          "build_list_size",
          "alpha",
          "build_memory_gb",
          "quantization",
          "pq_subvectors",
          "vector_storage",
          "partition_rows_max",
          "partition_overlap",
          "seed");

  /** What of an index's state counts rows that a row filter hides. */
  static final List<String> COUNTS = List.of("indexed", "fresh", "shards");

  private final Catalog catalog;
  private final BuildLauncher launcher;
  private final Clock clock;
  private final OpenCollections collections;
  private final Quotas quotas;

  IndexHandlers(
      Catalog catalog,
      BuildLauncher launcher,
      Clock clock,
      OpenCollections collections,
      Quotas quotas) {
    this.collections = collections;
    this.quotas = quotas;
    this.catalog = catalog;
    this.launcher = launcher;
    this.clock = clock;
  }

  List<Route> routes() {
    String path = "/collections/{collection}/index";
    return List.of(
        Route.tenant("POST", path, Permission.COLLECTIONS_UPDATE, this::request),
        Route.tenant("GET", path, Permission.COLLECTIONS_READ, this::get));
  }

  private Answer request(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, FIELDS);
    VectorCollection collection = catalog.open(call.context(), call.collection());
    CollectionSchema schema = collection.head().schema();
    String type = schema.indexType().jsonName();
    if (!body.text("type").orElse(type).equals(type)) {
      throw ServingException.invalid(
          "/type", "must be '" + type + "', the collection's index_type");
    }
    IndexParameters parameters =
        body.object("parameters", PARAMETERS)
            .map(fields -> parameters(fields, schema))
            .orElse(IndexParameters.defaults());
    if (parameters.pqSubvectors() > schema.dimension()) {
      throw ServingException.invalid(
          "/parameters/pq_subvectors", "must be at most the dimension, " + schema.dimension());
    }
    if (call.tenant().quotas().maxStorageBytes() != null) {
      requireRoom(call, collection.head(), parameters);
    }
    BuildRequest request = collection.builds().request(parameters);
    launcher.offer(collection.builds(), request.buildId());
    ObjectNode answer = Json.object();
    answer.put("build_id", request.buildId().toString());
    answer.put("state", request.state().jsonName());
    return Answer.of(202, answer)
        .with("Location", "/v1/collections/" + call.collection() + "/index");
  }

  // What the index takes at least is known before it is built: its records have a fixed size.
  private void requireRoom(Call call, Manifest head, IndexParameters parameters) {
    long rows;
    try {
      rows = collections.get(call.context(), call.collection()).view().liveVectors();
    } catch (ServingException e) {
      if (e.reason() != Reason.BUILD_NEEDED && e.reason() != Reason.NOT_CAUGHT_UP) {
        throw e;
      }
      // Nothing but a build can help here, and how many rows are live cannot be told before it.
      return;
    }
    quotas.requireRoomForIndex(call, head, rows * recordBytesMin(head.schema(), parameters));
  }

  /** Bytes of a row's vector and, in a graph, its room for neighbours, without codes. */
  static long recordBytesMin(CollectionSchema schema, IndexParameters parameters) {
    long component =
        switch (parameters.vectorStorage()) {
          case F32 -> Float.BYTES;
          case F16 -> Short.BYTES;
          case AUTO, INT8 -> Byte.BYTES;
        };
    long neighbours = schema.indexType() == IndexType.FLAT ? 0 : parameters.maxDegree();
    return component * schema.dimension() + Integer.BYTES * neighbours;
  }

  private static IndexParameters parameters(Fields fields, CollectionSchema schema) {
    IndexParameters defaults = IndexParameters.defaults();
    int pqSubvectors = whole(fields, "pq_subvectors", 0);
    IndexQuantization quantization = quantization(fields, pqSubvectors);
    if (quantization == IndexQuantization.PQ && pqSubvectors == 0) {
      pqSubvectors =
          PqCodebook.defaultSubspaces(
              schema.dimension(), DistanceMetric.valueOf(schema.metric().name()));
    }
    return new IndexParameters(
        whole(fields, "max_degree", defaults.maxDegree()),
        whole(fields, "build_list_size", defaults.buildListSize()),
        fields.number("alpha", -1e9, 1e9).orElse(defaults.alpha()),
        pqSubvectors,
        fields.number("build_memory_gb", -1e9, 1e9).orElse(defaults.buildMemoryGb()),
        whole(fields, "partition_rows_max", defaults.partitionRowsMax()),
        fields.number("partition_overlap", -1e9, 1e9).orElse(defaults.partitionOverlap()),
        fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(defaults.seed()),
        quantization,
        vectorStorage(fields, defaults));
  }

  private static IndexVectorStorage vectorStorage(Fields fields, IndexParameters defaults) {
    return fields
        .text("vector_storage")
        .map(
            name ->
                IndexVectorStorage.ofJsonName(name)
                    .orElseThrow(
                        () ->
                            ServingException.invalid(
                                fields.pointer("vector_storage"),
                                "must be one of " + IndexVectorStorage.names())))
        .orElse(defaults.vectorStorage());
  }

  private static IndexQuantization quantization(Fields fields, int pqSubvectors) {
    return fields
        .text("quantization")
        .map(
            name ->
                IndexQuantization.ofJsonName(name)
                    .orElseThrow(
                        () ->
                            ServingException.invalid(
                                fields.pointer("quantization"),
                                "must be one of " + IndexQuantization.names())))
        .orElse(pqSubvectors == 0 ? IndexQuantization.BINARY : IndexQuantization.PQ);
  }

  // The bounds that count are the catalog's, which names them.
  private static int whole(Fields fields, String name, int otherwise) {
    return fields
        .whole(name, Integer.MIN_VALUE, Integer.MAX_VALUE)
        .map(Math::toIntExact)
        .orElse(otherwise);
  }

  private Answer get(Call call) {
    call.allowParameters();
    VectorCollection collection = catalog.open(call.context(), call.collection());
    ObjectNode state = state(collection, collection.head());
    return Answer.ok(call.isFiltered() ? state.without(COUNTS) : state);
  }

  /** Where the collection's index stands. */
  ObjectNode state(VectorCollection collection, Manifest head) {
    ObjectNode json = Json.object();
    IndexRef index = head.index();
    BuildRequest latest = collection.builds().latest().orElse(null);
    if (latest == null) {
      json.put("state", index == null ? "none" : "ready");
      json.put("progress", index == null ? 0.0 : 1.0);
      json.put("build_id", index == null ? null : index.buildId().toString());
    } else {
      Instant lease = latest.leaseUntil();
      boolean abandoned =
          latest.state() == BuildRequest.State.BUILDING
              && lease != null
              && lease.isBefore(clock.instant());
      if (abandoned || latest.state() == BuildRequest.State.PENDING) {
        // A request that outlived the node it was sent to, or its builder, is taken up again.
        launcher.offer(collection.builds(), latest.buildId());
      }
      json.put("state", abandoned ? "pending" : latest.state().jsonName());
      json.put("progress", latest.progress());
      json.put("phase", latest.phase());
      json.put("build_id", latest.buildId().toString());
      json.put("requested_at", latest.requestedAt().toString());
      if (latest.error() != null) {
        json.put("error", latest.error());
      }
    }
    json.put("type", head.schema().indexType().jsonName());
    json.put("indexed", index == null ? 0 : index.rows());
    json.put("fresh", head.freshRows());
    json.put("shards", index == null ? 0 : index.shards());
    if (index != null) {
      json.put("built_at", index.builtAt().toString());
      json.put("read_generation", index.readGeneration());
    }
    return json;
  }
}
