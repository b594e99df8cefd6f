package io.akidb.serving.filter;

import io.akidb.catalog.AttributeValue;
import java.util.List;

/** How much memory filters take: one may be as long as a body. */
public final class FilterSize {
  // An object, its text's header and its place in a list or set.
  private static final int OBJECT_BYTES = 64;

  private FilterSize() {}

  /** About how many bytes the filter takes with all that it holds; rather more than less. */
  public static long bytesOf(Filter filter) {
    return OBJECT_BYTES
        + switch (filter) {
          case Filter.And(var all) -> sum(all);
          case Filter.Or(var any) -> sum(any);
          case Filter.Not(var part) -> bytesOf(part);
          case Filter.OneOf(var name, var values) ->
              bytesOf(name) + values.stream().mapToLong(FilterSize::bytesOf).sum();
          case Filter.Contains(var name, var text) -> bytesOf(name) + bytesOf(text);
          case Filter.Range(var name, var comparison, var bound) -> bytesOf(name) + bytesOf(bound);
          case Filter.Exists(var name) -> bytesOf(name);
          case Filter.Prefix(var name, var text) -> bytesOf(name) + bytesOf(text);
        };
  }

  private static long sum(List<Filter> filters) {
    return filters.stream().mapToLong(FilterSize::bytesOf).sum();
  }

  private static long bytesOf(AttributeValue value) {
    return switch (value) {
      case AttributeValue.Text(var text) -> bytesOf(text);
      case AttributeValue.TextList(var texts) ->
          OBJECT_BYTES + texts.stream().mapToLong(FilterSize::bytesOf).sum();
      case AttributeValue.Whole(var whole) -> OBJECT_BYTES;
      case AttributeValue.Real(var real) -> OBJECT_BYTES;
      case AttributeValue.Flag(var flag) -> OBJECT_BYTES;
    };
  }

  private static long bytesOf(String text) {
    return OBJECT_BYTES + 2L * text.length();
  }
}
