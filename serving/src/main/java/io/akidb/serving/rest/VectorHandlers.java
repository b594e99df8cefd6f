package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.catalog.Attributes;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorRecord;
import io.akidb.policies.Permission;
import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.collection.OpenCollection;
import io.akidb.serving.collection.OpenCollections;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.filter.FilterMatcher;
import io.akidb.serving.filter.FilterParser;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.search.Hit;
import io.akidb.serving.search.VectorReader;
import io.akidb.serving.shard.StoredVector;
import io.akidb.tenancy.quota.Reservation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /collections/{collection}/vectors}. */
final class VectorHandlers {
  static final int FETCH_IDS_MAX = 1000;
  static final int DELETE_IDS_MAX = 10_000;
  static final int DELETE_MATCHES_MAX = 100_000;
  private static final int ID_LENGTH_MAX = 512;
  private static final Duration WHOLE_WITHIN = Duration.ofSeconds(5);

  private final OpenCollections collections;
  private final Quotas quotas;

  VectorHandlers(OpenCollections collections, Quotas quotas) {
    this.collections = collections;
    this.quotas = quotas;
  }

  List<Route> routes() {
    String path = "/collections/{collection}/vectors";
    return List.of(
        Route.write(path, Permission.VECTORS_INSERT, this::upsert),
        Route.tenant("GET", path, Permission.COLLECTIONS_READ, this::scroll),
        Route.tenant("GET", path + "/{vector_id}", Permission.COLLECTIONS_READ, this::get),
        Route.tenant("POST", path + "/fetch", Permission.COLLECTIONS_READ, this::fetch),
        Route.write(path + "/delete", Permission.VECTORS_DELETE, this::delete));
  }

  private Answer upsert(Call call) {
    call.allowParameters();
    if (!call.contentType().equals(Answer.JSON)) {
      throw ServingException.of(Reason.UNSUPPORTED_MEDIA_TYPE, "send application/json");
    }
    OpenCollection open = collections.get(call.context(), call.collection());
    quotas.requireAnyRoom(call);
    CollectionView view = open.view();
    List<VectorRecord> rows = UpsertBody.parse(call.body().open(), view.manifest().schema());
    Filter visible = call.rows(view.manifest().schema());
    if (visible != null) {
      view = whole(open, view);
      requireVisible(view, rows, visible);
    }
    try (Reservation _ = quotas.forRows(call, open, view, rows)) {
      Manifest committed = commit(call, rows);
      return committed(Json.object().put("upserted", rows.size()), committed);
    }
  }

  // What is hidden can be told only where all of the generation is there: a build may have absorbed
  // rows that come with its index only.
  private static CollectionView whole(OpenCollection open, CollectionView view) {
    return open.awaitGeneration(view.manifest().generation(), WHOLE_WITHIN);
  }

  private Manifest commit(Call call, List<VectorRecord> rows) {
    Manifest committed = collections.commit(call.context(), call.collection(), rows);
    quotas.observe(call.context(), committed);
    return committed;
  }

  // Whoever sees some rows only must not write what it could not see, nor over what it cannot see.
  private static void requireVisible(CollectionView view, List<VectorRecord> rows, Filter visible) {
    for (int i = 0; i < rows.size(); i++) {
      byte[] payload = rows.get(i).payload();
      if (!FilterMatcher.matches(visible, name -> Attributes.find(payload, name))) {
        throw ServingException.invalid(
            "/vectors/" + i + "/payload", "lies outside of what your roles show you");
      }
    }
    for (VectorRecord row : rows) {
      if (VectorReader.find(view, row.id()).isPresent()
          && VectorReader.find(view, row.id(), visible).isEmpty()) {
        throw ServingException.of(
            Reason.CONFLICT, "an id of these vectors cannot be used; choose others");
      }
    }
  }

  private static Answer committed(ObjectNode body, Manifest committed) {
    body.put("commit_token", committed.commitToken());
    body.put("generation", committed.generation());
    return Answer.ok(body);
  }

  private Answer delete(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, List.of("ids", "filter"));
    OpenCollection open = collections.get(call.context(), call.collection());
    if (body.has("ids") == body.has("filter")) {
      throw ServingException.invalid("", "must have either ids or filter");
    }
    CollectionView known = open.view();
    Filter visible = call.rows(known.manifest().schema());
    CollectionView view = visible == null ? known : whole(open, known);
    if (body.has("ids")) {
      Set<String> asked = ids(body, DELETE_IDS_MAX);
      List<String> found = found(view, asked, visible);
      // Where rows are hidden, only what was seen may be deleted.
      if (visible != null || found.size() == asked.size()) {
        return deleted(call, view, found, found.size());
      }
      // What is missing may have been written elsewhere just now.
      Set<String> missing = new LinkedHashSet<>(asked);
      found.forEach(missing::remove);
      Optional<Reservation> room = quotas.forTombstones(call, missing);
      if (room.isEmpty()) {
        List<String> there = found(whole(open, known), asked, null);
        return deleted(call, view, there, there.size());
      }
      try (Reservation _ = room.get()) {
        return deleted(call, view, asked, found.size());
      }
    } else {
      JsonNode conditions = body.tree("filter").orElseThrow();
      if (conditions.isObject() && conditions.isEmpty()) {
        throw ServingException.invalid(
            "/filter", "must not be empty, or it would match every vector; name a condition");
      }
      Filter filter = FilterParser.parse(conditions, "/filter", view.manifest().schema());
      Filter both = visible == null ? filter : new Filter.And(List.of(filter, visible));
      Set<String> matching = VectorReader.matching(view, both, DELETE_MATCHES_MAX);
      return deleted(call, view, matching, matching.size());
    }
  }

  private static List<String> found(
      CollectionView view, Set<String> ids, @Nullable Filter visible) {
    return ids.stream().filter(id -> VectorReader.find(view, id, visible).isPresent()).toList();
  }

  private Answer deleted(Call call, CollectionView view, Collection<String> ids, long existing) {
    call.note("deleted", LongNode.valueOf(existing));
    ObjectNode answer = Json.object().put("deleted", existing);
    if (ids.isEmpty()) {
      return committed(answer, view.manifest());
    }
    List<VectorRecord> rows = new ArrayList<>(ids.size());
    ids.forEach(id -> rows.add(VectorRecord.tombstone(id, 0)));
    return committed(answer, commit(call, rows));
  }

  private static Set<String> ids(Fields body, int max) {
    List<String> ids = body.texts("ids", max);
    if (ids.isEmpty()) {
      throw ServingException.invalid("/ids", "must be a list of at least one id");
    }
    for (int i = 0; i < ids.size(); i++) {
      String id = ids.get(i);
      if (id.isEmpty()
          || id.getBytes(StandardCharsets.UTF_8).length > ID_LENGTH_MAX
          || id.chars().anyMatch(Character::isISOControl)) {
        throw ServingException.invalid("/ids/" + i, "is no vector's id");
      }
    }
    return new LinkedHashSet<>(ids);
  }

  private Answer get(Call call) {
    call.allowParameters();
    CollectionView view = collections.get(call.context(), call.collection()).view();
    StoredVector found =
        VectorReader.find(view, call.path("vector_id"), call.rows(view.manifest().schema()))
            .orElseThrow(() -> ServingException.notFound("vector"));
    return VectorAnswers.one(call.room(), found);
  }

  private Answer fetch(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, List.of("ids"));
    CollectionView view = collections.get(call.context(), call.collection()).view();
    Filter visible = call.rows(view.manifest().schema());
    return VectorAnswers.fetched(call.room(), view, ids(body, FETCH_IDS_MAX), visible);
  }

  private Answer scroll(Call call) {
    call.allowParameters("limit", "cursor", "include");
    int limit = call.limit();
    String after = call.parameter("cursor").map(VectorHandlers::decode).orElse(null);
    boolean vectors = call.parameter("include").map(VectorHandlers::withVectors).orElse(false);
    CollectionView view = collections.get(call.context(), call.collection()).view();
    Filter visible = call.rows(view.manifest().schema());
    List<Hit> page = VectorReader.page(view, after, limit, visible);
    return VectorAnswers.page(call.room(), view, page, limit, vectors);
  }

  private static boolean withVectors(String include) {
    List<String> parts = List.of(include.split(",", -1));
    if (!List.of("payload", "vector").containsAll(parts)) {
      throw ServingException.invalid("?include", "must be 'payload' or 'vector'");
    }
    return parts.contains("vector");
  }

  private static String decode(String cursor) {
    try {
      return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw ServingException.invalid("?cursor", "is not one that this list gave out");
    }
  }
}
