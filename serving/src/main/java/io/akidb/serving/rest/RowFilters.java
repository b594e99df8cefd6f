package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.akidb.catalog.AttributeType;
import io.akidb.catalog.CollectionSchema;
import io.akidb.policies.Decision;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.filter.FilterParser;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What roles hide, as filters: read once for each collection's attributes, since the same predicate
 * comes with every call. Thread-safe.
 */
final class RowFilters {
  private static final int READ_MAX = 10_000;

  private record Question(List<String> texts, SortedMap<String, AttributeType> attributes) {}

  private final LoadingCache<Question, Filter> read =
      Caffeine.newBuilder().maximumSize(READ_MAX).build(RowFilters::read);

  /**
   * The predicate of the rows that exist for a caller, or null if all do.
   *
   * @throws ServingException FORBIDDEN if it does not fit the collection's attributes: what it
   *     should hide cannot be told then
   */
  @Nullable Filter of(Decision decision, CollectionSchema schema) {
    return decision.rowFilters().isEmpty()
        ? null
        : read.get(new Question(decision.rowFilters(), schema.attributes()));
  }

  private static Filter read(Question question) {
    List<Filter> all = new ArrayList<>();
    for (String text : question.texts()) {
      try {
        JsonNode json = Json.WHOLE.readTree(text);
        all.add(FilterParser.parse(json, "/row_filter", question.attributes()));
      } catch (JsonProcessingException | ServingException e) {
        throw ServingException.of(
            Reason.FORBIDDEN,
            "a row filter of your roles does not fit the attributes of this collection",
            e);
      }
    }
    return all.size() == 1 ? all.getFirst() : new Filter.And(all);
  }

  /** Both, or the one that there is. */
  static @Nullable Filter both(@Nullable Filter asked, @Nullable Filter rows) {
    if (asked == null || rows == null) {
      return asked == null ? rows : asked;
    }
    return new Filter.And(List.of(asked, rows));
  }
}
