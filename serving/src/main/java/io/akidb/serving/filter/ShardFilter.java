package io.akidb.serving.filter;

import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.Attributes;
import io.akidb.diskann.AttributeIndex;
import io.akidb.diskann.VectorIndex;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * Finds a shard's matches: by its attribute index where the attribute is declared, else by reading
 * payloads, and then only of those nodes that the rest of an {@code $and} left over. Agrees with
 * {@link FilterMatcher}.
 */
public final class ShardFilter {
  private final VectorIndex shard;
  private final AttributeIndex attributes;
  private final Runnable pulse;

  private ShardFilter(VectorIndex shard, Runnable pulse) {
    this.shard = shard;
    this.pulse = pulse;
    this.attributes = shard.attributes();
  }

  /**
   * The nodes that match, in a bitmap of the caller's own.
   *
   * @param pulse run for each row that has to be read; ends the evaluation by throwing
   */
  public static RoaringBitmap evaluate(Filter filter, VectorIndex shard, Runnable pulse) {
    return new ShardFilter(shard, pulse).evaluate(filter);
  }

  private RoaringBitmap evaluate(Filter filter) {
    return switch (filter) {
      case Filter.And(var parts) -> all(parts);
      case Filter.Or(var parts) -> {
        RoaringBitmap any = new RoaringBitmap();
        parts.forEach(part -> any.or(evaluate(part)));
        yield any;
      }
      case Filter.Not(var part) -> {
        RoaringBitmap rest = everything();
        rest.andNot(evaluate(part));
        yield rest;
      }
      default -> isIndexed(filter) ? indexed(filter) : scan(filter, everything());
    };
  }

  private RoaringBitmap all(List<Filter> parts) {
    RoaringBitmap left = everything();
    List<Filter> unindexed = new ArrayList<>();
    for (Filter part : parts) {
      if (isIndexed(part)) {
        left.and(evaluate(part));
      } else {
        unindexed.add(part);
      }
    }
    return unindexed.isEmpty() ? left : scan(new Filter.And(unindexed), left);
  }

  private RoaringBitmap everything() {
    return RoaringBitmap.bitmapOfRange(0L, shard.size());
  }

  private RoaringBitmap scan(Filter filter, RoaringBitmap nodes) {
    RoaringBitmap matches = new RoaringBitmap();
    nodes.forEach(
        (int node) -> {
          pulse.run();
          byte[] payload = shard.payload(node);
          if (FilterMatcher.matches(
              filter, name -> payload.length == 0 ? null : Attributes.find(payload, name))) {
            matches.add(node);
          }
        });
    return matches;
  }

  /** Whether no payload has to be read. */
  private boolean isIndexed(Filter filter) {
    return switch (filter) {
      case Filter.And(var parts) -> parts.stream().allMatch(this::isIndexed);
      case Filter.Or(var parts) -> parts.stream().allMatch(this::isIndexed);
      case Filter.Not(var part) -> isIndexed(part);
      case Filter.OneOf(var name, var values) -> attributes.has(name);
      case Filter.Contains(var name, var text) -> attributes.has(name);
      case Filter.Range(var name, var comparison, var bound) -> attributes.has(name);
      case Filter.Exists(var name) -> attributes.has(name);
      case Filter.Prefix(var name, var text) -> attributes.has(name);
    };
  }

  private RoaringBitmap indexed(Filter leaf) {
    return switch (leaf) {
      case Filter.OneOf(var name, var values) ->
          attributes.in(name, values.stream().map(ShardFilter::toIndex).toList());
      case Filter.Contains(var name, var text) ->
          attributes.equal(name, new io.akidb.diskann.AttributeValue.Text(text));
      case Filter.Exists(var name) -> attributes.exists(name);
      case Filter.Prefix(var name, var text) -> attributes.prefix(name, text);
      case Filter.Range(var name, var comparison, var bound) -> {
        var value = toIndex(bound);
        yield switch (comparison) {
          case GREATER -> attributes.range(name, value, false, null, false);
          case AT_LEAST -> attributes.range(name, value, true, null, false);
          case LESS -> attributes.range(name, null, false, value, false);
          case AT_MOST -> attributes.range(name, null, false, value, true);
        };
      }
      default -> throw new IllegalArgumentException("not a comparison: " + leaf);
    };
  }

  private static io.akidb.diskann.AttributeValue toIndex(AttributeValue value) {
    return switch (value) {
      case AttributeValue.Text(var text) -> new io.akidb.diskann.AttributeValue.Text(text);
      case AttributeValue.TextList(var texts) ->
          new io.akidb.diskann.AttributeValue.TextList(texts);
      case AttributeValue.Whole(var whole) -> new io.akidb.diskann.AttributeValue.Int64(whole);
      case AttributeValue.Real(var real) -> new io.akidb.diskann.AttributeValue.Float64(real);
      case AttributeValue.Flag(var flag) -> new io.akidb.diskann.AttributeValue.Bool(flag);
    };
  }
}
