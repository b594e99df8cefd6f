package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.akidb.diskann.DistanceMetric;
import io.akidb.serving.collection.CollectionView;
import io.akidb.serving.fresh.QueryVector;
import io.akidb.serving.search.Hit;
import io.akidb.serving.search.SearchOutcome;
import io.akidb.serving.search.SearchTrace;
import io.akidb.serving.search.VectorReader;
import io.akidb.serving.shard.BuiltIndex;
import io.akidb.serving.shard.StoredVector;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Writes what a search answers.
 *
 * @param body what was asked
 * @param view what was searched
 * @param outcomes one for each query vector
 * @param startNanos when the call began
 * @param include what to write beside id and score
 */
record SearchAnswer(
    SearchBody body,
    CollectionView view,
    List<SearchOutcome> outcomes,
    long startNanos,
    List<String> include) {
  private static final double NANOS_PER_MS = 1e6;
  private static final int READ_AT_ONCE = 256;

  Answer answer(Departures.Room room) {
    return AnswerBytes.answer(
        room,
        "ask for a smaller k or fewer vectors, or leave the payload out by \"include\": []",
        (json, _) -> {
          json.writeStartObject();
          json.writeFieldName("results");
          if (body.many()) {
            json.writeStartArray();
            for (SearchOutcome outcome : outcomes) {
              writeHits(json, outcome);
            }
            json.writeEndArray();
          } else {
            writeHits(json, outcomes.getFirst());
          }
          json.writeNumberField("generation", view.generation());
          json.writeNumberField("took_ms", millis(System.nanoTime() - startNanos));
          if (body.fields().flag("explain")) {
            writeExplain(json);
          }
          json.writeEndObject();
        });
  }

  private void writeHits(JsonGenerator json, SearchOutcome outcome) throws IOException {
    boolean vectors = include.contains("vector");
    boolean payloads = include.contains("payload");
    DistanceMetric metric = QueryVector.metricOf(view.manifest().schema().metric());
    List<Hit> hits = outcome.hits();
    json.writeStartArray();
    // Not all at once: k of them with long payloads would be more than the answer may be.
    for (int from = 0; from < hits.size(); from += READ_AT_ONCE) {
      List<Hit> some = hits.subList(from, Math.min(hits.size(), from + READ_AT_ONCE));
      List<StoredVector> stored =
          vectors || payloads ? VectorReader.read(view, some, vectors) : List.of();
      for (int i = 0; i < some.size(); i++) {
        json.writeStartObject();
        json.writeStringField("id", some.get(i).id());
        json.writeNumberField("score", metric.score(some.get(i).distance()));
        if (payloads) {
          VectorAnswers.writePayload(json, stored.get(i));
        }
        if (vectors) {
          VectorAnswers.writeVector(json, stored.get(i).vector());
        }
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private void writeExplain(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("explain");
    for (SearchOutcome outcome : outcomes) {
      SearchTrace trace = outcome.trace();
      json.writeStartObject();
      json.writeNumberField("generation", view.generation());
      BuiltIndex index = view.index();
      json.writeStringField("build_id", index == null ? null : index.ref().buildId().toString());
      json.writeNumberField("partitions", trace.partitions());
      json.writeNumberField("partitions_probed", trace.probed());
      json.writeObjectFieldStart("strategies");
      for (Map.Entry<String, Integer> strategy : trace.strategies().entrySet()) {
        json.writeNumberField(strategy.getKey(), strategy.getValue());
      }
      json.writeEndObject();
      json.writeNumberField("selectivity", trace.selectivity());
      json.writeNumberField("list_size", trace.listSize());
      json.writeStringField("list_size_from", trace.listSizeFrom());
      json.writeNumberField("hops", trace.hops());
      json.writeNumberField("quantized_distances", trace.quantizedDistances());
      json.writeNumberField("full_distances", trace.fullDistances());
      json.writeNumberField("pages", trace.pages());
      json.writeNumberField("reranks", trace.reranks());
      json.writeNumberField("fresh_scanned", trace.freshScanned());
      json.writeNumberField("hidden_in_index", view.fresh().hiddenInIndex());
      json.writeNumberField("widenings", trace.widenings());
      json.writeObjectFieldStart("timings");
      json.writeNumberField("fresh_ms", millis(trace.freshNanos()));
      json.writeNumberField("index_ms", millis(trace.shardNanos()));
      json.writeNumberField("total_ms", millis(trace.totalNanos()));
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static double millis(long nanos) {
    return Math.round(nanos / NANOS_PER_MS * 1000) / 1000.0;
  }
}
