package io.akidb.serving.filter;

import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.AttributeValue.Real;
import io.akidb.catalog.AttributeValue.Text;
import io.akidb.catalog.AttributeValue.Whole;
import java.util.OptionalInt;

/** How values compare. */
final class Values {
  // Up to here a double holds every whole number exactly.
  private static final double EXACT_WHOLE_MAX = 0x1p53;

  private Values() {}

  /** The one form in which equal numbers are equal objects: 5.0 is 5, -0.0 is 0. */
  static AttributeValue canonical(AttributeValue value) {
    if (value instanceof Real(double real)
        && real == Math.rint(real)
        && Math.abs(real) <= EXACT_WHOLE_MAX) {
      return new Whole((long) real);
    }
    return value;
  }

  /** Negative, zero or positive; empty where the two do not compare. */
  static OptionalInt compare(AttributeValue a, AttributeValue b) {
    return switch (a) {
      case Text(String left) when b instanceof Text(String right) ->
          OptionalInt.of(compareText(left, right));
      case Whole(long left) when b instanceof Whole(long right) ->
          OptionalInt.of(Long.compare(left, right));
      case Whole(long left) when b instanceof Real(double right) -> compare((double) left, right);
      case Real(double left) when b instanceof Whole(long right) -> compare(left, (double) right);
      case Real(double left) when b instanceof Real(double right) -> compare(left, right);
      default -> OptionalInt.empty();
    };
  }

  private static OptionalInt compare(double left, double right) {
    return OptionalInt.of(left < right ? -1 : left > right ? 1 : 0);
  }

  // By code points, which is the order of the UTF-8 bytes that shards keep; code units differ from
  // U+E000 on.
  private static int compareText(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean oneIsSurrogate = Character.isSurrogate(a) != Character.isSurrogate(b);
        return oneIsSurrogate ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
