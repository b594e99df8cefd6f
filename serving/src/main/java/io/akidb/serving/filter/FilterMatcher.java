package io.akidb.serving.filter;

import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.AttributeValue.Text;
import io.akidb.catalog.AttributeValue.TextList;
import java.util.function.Predicate;

/** Decides whether one record matches: what every faster way must agree with. */
public final class FilterMatcher {
  private FilterMatcher() {}

  /** Whether the record matches. */
  public static boolean matches(Filter filter, AttributeSource row) {
    return switch (filter) {
      case Filter.And(var all) -> all.stream().allMatch(part -> matches(part, row));
      case Filter.Or(var any) -> any.stream().anyMatch(part -> matches(part, row));
      case Filter.Not(var part) -> !matches(part, row);
      case Filter.Exists(var name) -> {
        AttributeValue value = row.find(name);
        yield value != null && !(value instanceof TextList(var texts) && texts.isEmpty());
      }
      case Filter.OneOf(var name, var values) ->
          any(row.find(name), value -> values.contains(Values.canonical(value)));
      case Filter.Contains(var name, var text) ->
          row.find(name) instanceof TextList(var texts) && texts.contains(text);
      case Filter.Prefix(var name, var prefix) ->
          any(row.find(name), value -> value instanceof Text(var text) && text.startsWith(prefix));
      case Filter.Range(var name, var comparison, var bound) ->
          any(
              row.find(name),
              value -> {
                var order = Values.compare(value, bound);
                return order.isPresent() && comparison.holds(order.getAsInt());
              });
    };
  }

  private static boolean any(
      @org.jspecify.annotations.Nullable AttributeValue value, Predicate<AttributeValue> test) {
    if (value instanceof TextList(var texts)) {
      return texts.stream().anyMatch(text -> test.test(new Text(text)));
    }
    return value != null && test.test(value);
  }
}
