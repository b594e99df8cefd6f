package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.catalog.AttributeType;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.InvalidSchemaException;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorCollection;
import io.akidb.policies.Decision;
import io.akidb.policies.Permission;
import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.collection.OpenCollections;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.search.VectorReader;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.quota.Reservation;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code /collections}. */
final class CollectionHandlers {
  private static final List<String> FIELDS =
      List.of("name", "vector_dim", "distance", "index_type", "attributes");

  // They count rows that a row filter hides.
  private static final List<String> COUNTS =
      List.of("indexed_rows", "fresh_rows", "fresh_bytes", "index_bytes");

  private static final int VISIBLE_COUNTED_MAX = 1_000_000;

  private final Catalog catalog;
  private final OpenCollections collections;
  private final Quotas quotas;
  private final IndexHandlers indexes;

  CollectionHandlers(
      Catalog catalog, OpenCollections collections, Quotas quotas, IndexHandlers indexes) {
    this.catalog = catalog;
    this.collections = collections;
    this.quotas = quotas;
    this.indexes = indexes;
  }

  List<Route> routes() {
    return List.of(
        Route.collections("POST", "/collections", Permission.COLLECTIONS_CREATE, this::create),
        Route.collections("GET", "/collections", Permission.COLLECTIONS_READ, this::list),
        Route.tenant("GET", "/collections/{collection}", Permission.COLLECTIONS_READ, this::get),
        Route.tenant(
            "DELETE", "/collections/{collection}", Permission.COLLECTIONS_DELETE, this::drop));
  }

  private Answer create(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, FIELDS);
    CollectionName name = new CollectionName(body.requiredText("name"));
    call.require(name, Permission.COLLECTIONS_CREATE);
    CollectionSchema schema = schema(body);
    try (Reservation _ = quotas.forCollection(call)) {
      Manifest created = catalog.create(call.context(), name, schema).known();
      quotas.observe(call.context(), created);
      return Answer.of(201, describe(created)).with("Location", "/v1/collections/" + name);
    }
  }

  private static CollectionSchema schema(Fields body) {
    int dimension =
        body.whole("vector_dim", 1, CollectionSchema.DIMENSION_MAX)
            .orElseThrow(
                () ->
                    ServingException.invalid(
                        "/vector_dim",
                        "is missing; it is a whole number from 1 to "
                            + CollectionSchema.DIMENSION_MAX))
            .intValue();
    return new CollectionSchema(
        dimension,
        Metric.ofJsonName(body.text("distance").orElse("cosine")),
        IndexType.ofJsonName(body.text("index_type").orElse("diskann")),
        attributes(body));
  }

  private static SortedMap<String, AttributeType> attributes(Fields body) {
    SortedMap<String, AttributeType> attributes = new TreeMap<>();
    JsonNode tree = body.tree("attributes").orElse(Json.object());
    if (!tree.isObject()) {
      throw ServingException.invalid("/attributes", "must be an object of names and types");
    }
    tree.properties()
        .forEach(
            entry -> {
              String at = "/attributes/" + Call.cut(entry.getKey());
              try {
                attributes.put(
                    entry.getKey(), AttributeType.ofJsonName(entry.getValue().asText("")));
              } catch (InvalidSchemaException e) {
                throw ServingException.invalid(
                    at, "must be one of 'string', 'string[]', 'long', 'double' and 'boolean'");
              }
            });
    return attributes;
  }

  private Answer list(Call call) {
    call.allowParameters("limit", "cursor");
    String after = call.parameter("cursor").map(CollectionHandlers::requireName).orElse(null);
    ObjectNode body = Json.object();
    var items = body.putArray("items");
    String next =
        catalog.forEach(
            call.context(),
            after,
            call.limit(),
            // A name that is not to be seen must not become a cursor, either.
            name -> call.decide(name, Permission.COLLECTIONS_READ).isAllowed(),
            (name, head) -> {
              Decision decision = call.decide(name, Permission.COLLECTIONS_READ);
              if (decision.isAllowed() && head == null) {
                // The others are there all the same; a call on this one says what is wrong with it.
                items.addObject().put("name", name.value()).put("unreadable", true);
              } else if (decision.isAllowed()) {
                ObjectNode item = describe(head);
                items.add(decision.rowFilters().isEmpty() ? item : item.without(COUNTS));
              }
            });
    body.put("next_cursor", next);
    return Answer.ok(body);
  }

  private static String requireName(String cursor) {
    try {
      return new CollectionName(cursor).value();
    } catch (InvalidNameException e) {
      throw ServingException.invalid("?cursor", "is not one that this list gave out");
    }
  }

  private Answer get(Call call) {
    call.allowParameters();
    VectorCollection collection = catalog.open(call.context(), call.collection());
    Manifest head = collection.known();
    ObjectNode body = describe(head);
    countOf(call, head).ifPresent(count -> body.put("vector_count", count));
    ObjectNode index = indexes.state(collection, head);
    body.set("index", call.isFiltered() ? index.without(IndexHandlers.COUNTS) : index);
    return Answer.ok(call.isFiltered() ? body.without(COUNTS) : body);
  }

  // Exact where the collection is open or can be opened, else what the manifest allows at most. Of
  // rows that are hidden in part only what is visible is counted, up to a bound.
  private OptionalLong countOf(Call call, Manifest head) {
    try {
      CollectionView view =
          collections
              .get(call.context(), call.collection())
              .awaitGeneration(head.generation(), java.time.Duration.ofSeconds(2));
      Filter rows = call.rows(view.manifest().schema());
      if (rows == null) {
        return OptionalLong.of(view.liveVectors());
      }
      OptionalInt visible = VectorReader.count(view, rows, VISIBLE_COUNTED_MAX);
      return visible.isPresent() ? OptionalLong.of(visible.getAsInt()) : OptionalLong.empty();
    } catch (ServingException e) {
      if (e.reason() != Reason.BUILD_NEEDED && e.reason() != Reason.NOT_CAUGHT_UP) {
        throw e;
      }
      IndexRef index = head.index();
      return call.isFiltered()
          ? OptionalLong.empty()
          : OptionalLong.of(head.freshRows() + (index == null ? 0 : index.rows()));
    }
  }

  private Answer drop(Call call) {
    call.allowParameters();
    try {
      catalog.drop(call.context(), call.collection());
      quotas.dropped(call.context(), call.collection());
    } finally {
      collections.forget(call.context(), call.collection());
    }
    return Answer.noContent();
  }

  private static ObjectNode describe(Manifest manifest) {
    CollectionSchema schema = manifest.schema();
    ObjectNode json = Json.object();
    json.put("name", manifest.name().value());
    json.put("vector_dim", schema.dimension());
    json.put("distance", schema.metric().jsonName());
    json.put("index_type", schema.indexType().jsonName());
    ObjectNode attributes = json.putObject("attributes");
    schema.attributes().forEach((name, type) -> attributes.put(name, type.jsonName()));
    json.put("created_at", manifest.createdAt().toString());
    json.put("updated_at", manifest.committedAt().toString());
    json.put("generation", manifest.generation());
    json.put("commit_token", manifest.commitToken());
    IndexRef index = manifest.index();
    json.put("indexed_rows", index == null ? 0 : index.rows());
    json.put("fresh_rows", manifest.freshRows());
    json.put("fresh_bytes", manifest.freshBytes());
    json.put("index_bytes", index == null ? 0 : index.bytes());
    return json;
  }
}
