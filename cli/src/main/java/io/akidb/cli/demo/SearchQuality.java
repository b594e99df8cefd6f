package io.akidb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.RestClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Recall against exact search, and how long searches take, over a tenant's whole collection. */
final class SearchQuality {
  private static final int K = 10;
  private static final long MULTIPLICATIONS_MAX = 10_000_000_000L;
  private static final int QUERIES_MIN = 50;
  private static final int WARM_UP = 1000;
  private static final int CALLS = 2000;
  private static final int CLIENTS = 4;

  private final DemoData data;
  private final DemoTenant tenant;
  private final URI node;

  SearchQuality(DemoData data, DemoTenant tenant, URI node) {
    this.data = data;
    this.tenant = tenant;
    this.node = node;
  }

  /**
   * What was found.
   *
   * @param queries compared
   * @param recall share of the true ten nearest that were found
   * @param alone one client, one search after the other
   * @param together several clients at once
   */
  record Result(int queries, double recall, Measurement alone, Measurement together) {}

  Result measure() {
    List<float[]> queries = queries();
    try (RestClient client = tenant.client(node)) {
      double recall = recall(client, queries);
      Measurement.of(WARM_UP, CLIENTS, i -> search(client, queries, i));
      Measurement alone = Measurement.of(CALLS, 1, i -> search(client, queries, i));
      Measurement together = Measurement.of(CALLS * 2, CLIENTS, i -> search(client, queries, i));
      return new Result(queries.size(), recall, alone, together);
    }
  }

  private List<float[]> queries() {
    long perQuery = (long) tenant.rows().size() * data.dimension();
    long affordable = Math.max(QUERIES_MIN, MULTIPLICATIONS_MAX / perQuery);
    return data.queries().subList(0, (int) Math.min(data.queries().size(), affordable));
  }

  private double recall(RestClient client, List<float[]> queries) {
    List<float[]> vectors = tenant.rows().stream().map(data.base()::get).toList();
    List<List<Integer>> truth = new ExactNeighbours(vectors).find(queries, K);
    long found = 0;
    long wanted = 0;
    for (int q = 0; q < queries.size(); q++) {
      Set<String> ids = new HashSet<>(search(client, queries, q));
      for (int row : truth.get(q)) {
        wanted++;
        String id = data.rows().get(tenant.rows().get(row)).path("id").asText();
        found += ids.contains(id) ? 1 : 0;
      }
    }
    return (double) found / wanted;
  }

  private List<String> search(RestClient client, List<float[]> queries, int call) {
    float[] query = queries.get(call % queries.size());
    JsonNode answer =
        client.call("POST", tenant.searchPath(), DemoTenant.search(query, K, null, false));
    List<String> ids = new ArrayList<>();
    answer.path("results").forEach(result -> ids.add(result.path("id").asText()));
    return ids;
  }
}
