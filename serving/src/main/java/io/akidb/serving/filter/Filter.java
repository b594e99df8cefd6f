package io.akidb.serving.filter;

import io.akidb.catalog.AttributeValue;
import java.util.List;
import java.util.Set;

/**
 * What a search or a deletion is narrowed to. A value, so that answers can be remembered by it.
 *
 * <p>An attribute that a payload lacks, or has as null, matches only {@link Not} and what is built
 * on it ({@code $ne}, {@code $nin}). On a list a comparison holds when it does for any of its
 * elements.
 */
public sealed interface Filter {
  /** All of them; an empty one matches everything. */
  record And(List<Filter> all) implements Filter {
    /** Copies. */
    public And {
      all = List.copyOf(all);
    }
  }

  /** Any of them. */
  record Or(List<Filter> any) implements Filter {
    /** Copies. */
    public Or {
      any = List.copyOf(any);
    }
  }

  /** The opposite. */
  record Not(Filter filter) implements Filter {}

  /**
   * Equal to one of the values, which are in their {@linkplain Values#canonical canonical form}.
   */
  record OneOf(String attribute, Set<AttributeValue> values) implements Filter {
    /** Copies. */
    public OneOf {
      values = Set.copyOf(values);
    }
  }

  /** A list that holds the text; a text itself is none. */
  record Contains(String attribute, String text) implements Filter {}

  /** A number, or a text by code points, on the given side of a bound. */
  record Range(String attribute, Comparison comparison, AttributeValue bound) implements Filter {}

  /** Present, not null, and no empty list. */
  record Exists(String attribute) implements Filter {}

  /** A text that starts so. */
  record Prefix(String attribute, String text) implements Filter {}

  /** Sides of a bound. */
  enum Comparison {
    GREATER("$gt"),
    AT_LEAST("$gte"),
    LESS("$lt"),
    AT_MOST("$lte");

    private final String operator;

    Comparison(String operator) {
      this.operator = operator;
    }

    /** The operator in JSON. */
    public String operator() {
      return operator;
    }

    boolean holds(int order) {
      return switch (this) {
        case GREATER -> order > 0;
        case AT_LEAST -> order >= 0;
        case LESS -> order < 0;
        case AT_MOST -> order <= 0;
      };
    }
  }
}
