package io.akidb.serving.rest;

import io.akidb.catalog.Manifest;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.SearchParameters;
import io.akidb.policies.Permission;
import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.collection.OpenCollection;
import io.akidb.serving.collection.OpenCollections;
import io.akidb.serving.collection.ViewLease;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.filter.FilterParser;
import io.akidb.serving.fresh.QueryVector;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.search.SearchConfig;
import io.akidb.serving.search.SearchDeadline;
import io.akidb.serving.search.SearchEffort;
import io.akidb.serving.search.SearchOutcome;
import io.akidb.serving.search.SearchQuery;
import io.akidb.serving.search.Searcher;
import io.akidb.serving.search.VectorReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /collections/{collection}/search}. */
final class SearchHandlers {
  private static final int K_DEFAULT = 10;
  private static final int VECTORS_TIMES_K_MAX = 100_000;
  private static final Duration CATCH_UP_MAX = Duration.ofSeconds(10);
  private static final Set<String> INCLUDABLE = Set.of("payload", "vector");

  private final OpenCollections collections;
  private final Searcher searcher;
  private final SearchConfig config;

  SearchHandlers(OpenCollections collections, Searcher searcher, SearchConfig config) {
    this.collections = collections;
    this.searcher = searcher;
    this.config = config;
  }

  List<Route> routes() {
    return List.of(
        Route.tenant(
            "POST", "/collections/{collection}/search", Permission.VECTORS_SEARCH, this::search));
  }

  private Answer search(Call call) {
    long start = System.nanoTime();
    SearchDeadline deadline = new SearchDeadline(config.timeMax(), System::nanoTime);
    call.allowParameters();
    OpenCollection open = collections.get(call.context(), call.collection());
    Manifest manifest = open.view().manifest();
    int dimension = manifest.schema().dimension();
    SearchBody body = SearchBody.parse(call.body().open(), dimension);
    try (ViewLease lease = lease(open, body.fields())) {
      return search(call, body, lease.view(), deadline, start);
    }
  }

  private Answer search(
      Call call, SearchBody body, CollectionView view, SearchDeadline deadline, long start) {
    int dimension = view.manifest().schema().dimension();
    Filter rows = call.rows(view.manifest().schema());
    if (rows != null && body.fields().flag("explain")) {
      throw ServingException.of(
          Reason.FORBIDDEN, "explain counts all rows, and your roles show you some of them only");
    }
    int k = body.fields().whole("k", 1, config.kMax()).map(Math::toIntExact).orElse(K_DEFAULT);
    List<float[]> vectors = vectors(body, view, dimension, rows);
    if ((long) k * vectors.size() > VECTORS_TIMES_K_MAX) {
      throw ServingException.invalid(
          "/k", "times the number of vectors must be at most " + VECTORS_TIMES_K_MAX);
    }
    List<SearchOutcome> outcomes = new ArrayList<>(vectors.size());
    for (SearchQuery query : queries(body, view, vectors, k, rows, deadline)) {
      outcomes.add(searcher.search(view, query));
    }
    return new SearchAnswer(body, view, outcomes, start, include(body)).answer(call.room());
  }

  private ViewLease lease(OpenCollection open, Fields fields) {
    CollectionView view = open.view();
    String token = fields.text("at_least").orElse(null);
    if (token != null) {
      view = open.awaitCommitted(token, CATCH_UP_MAX);
    }
    Long generation = fields.whole("as_of", 0, Long.MAX_VALUE).orElse(null);
    if (generation == null) {
      return ViewLease.of(view);
    }
    if (token != null) {
      throw ServingException.invalid("/as_of", "cannot stand beside at_least");
    }
    return collections.at(open, generation);
  }

  private static List<float[]> vectors(
      SearchBody body, CollectionView view, int dimension, @Nullable Filter rows) {
    String id = body.fields().text("id").orElse(null);
    if (id != null) {
      return List.of(
          VectorReader.find(view, id, rows)
              .orElseThrow(() -> ServingException.notFound("vector"))
              .vector());
    }
    boolean cosine =
        QueryVector.metricOf(view.manifest().schema().metric()) == DistanceMetric.COSINE;
    for (int i = 0; i < body.vectors().size(); i++) {
      String pointer = body.many() ? "/vectors/" + i : "/vector";
      float[] vector = body.vectors().get(i);
      VectorJson.requireFits(vector, dimension, pointer);
      if (cosine && isZero(vector)) {
        throw ServingException.invalid(pointer, "is all zeros, which has no direction");
      }
    }
    return body.vectors();
  }

  private static boolean isZero(float[] vector) {
    for (float x : vector) {
      if (x != 0) {
        return false;
      }
    }
    return true;
  }

  private static List<SearchQuery> queries(
      SearchBody body,
      CollectionView view,
      List<float[]> vectors,
      int k,
      @Nullable Filter rows,
      SearchDeadline deadline) {
    Fields fields = body.fields();
    Filter asked =
        fields
            .tree("filter")
            .map(json -> FilterParser.parse(json, "/filter", view.manifest().schema()))
            .orElse(null);
    Filter filter = RowFilters.both(asked, rows);
    if (fields.has("recall") && fields.has("search_list_size")) {
      throw ServingException.invalid("/recall", "cannot stand beside search_list_size");
    }
    SearchEffort effort =
        fields
            .whole("search_list_size", 1, SearchParameters.LIST_SIZE_MAX)
            .map(size -> SearchEffort.forListSize(Math.toIntExact(size)))
            .orElseGet(
                () ->
                    SearchEffort.forRecall(
                        fields.number("recall", 0, 1).orElse(SearchEffort.RECALL_DEFAULT)));
    DistanceMetric metric = QueryVector.metricOf(view.manifest().schema().metric());
    float distanceMax =
        fields
            .number("radius", -Float.MAX_VALUE, Float.MAX_VALUE)
            .map(radius -> metric.distance((float) (double) radius))
            .orElse(Float.POSITIVE_INFINITY);
    return vectors.stream()
        .map(
            vector ->
                new SearchQuery(
                    new QueryVector(view.manifest().schema().metric(), vector),
                    k,
                    filter,
                    effort,
                    distanceMax,
                    deadline))
        .toList();
  }

  private static List<String> include(SearchBody body) {
    if (body.fields().tree("include").isEmpty()) {
      return List.of("payload");
    }
    List<String> include = body.fields().texts("include", INCLUDABLE.size());
    for (int i = 0; i < include.size(); i++) {
      if (!INCLUDABLE.contains(include.get(i))) {
        throw ServingException.invalid("/include/" + i, "must be 'payload' or 'vector'");
      }
    }
    return include;
  }
}
