package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.function.Predicate;

/** What the predicates of attributes mean, by code points and exact decimals. */
final class AttributeRules {
  private AttributeRules() {}

  /** Whether a record's value, or one of its list's elements, is accepted. */
  static boolean any(String name, AttributeValue value, Predicate<AttributeValue> accepts) {
    return value instanceof AttributeValue.TextList list
        ? list.values().stream().map(AttributeValue.Text::new).anyMatch(accepts)
        : accepts.test(stored(name, value));
  }

  /** The predicates of the golden files. */
  static boolean matches(String name, String is, AttributeValue stored, AttributeValue value) {
    return any(
        name,
        stored,
        v ->
            switch (is) {
              case "equal" -> equal(v, value);
              case "least" -> equal(v, value) || isPast(v, value, 1);
              case "below" -> isPast(v, value, -1);
              default -> throw new IllegalArgumentException(is);
            });
  }

  /** An integer given for a DOUBLE is kept as one. */
  private static AttributeValue stored(String name, AttributeValue value) {
    return ShardModel.ATTRIBUTES.get(name) == AttributeType.DOUBLE
            && value instanceof AttributeValue.Int64 whole
        ? new AttributeValue.Float64((double) whole.value())
        : value;
  }

  static boolean equal(AttributeValue a, AttributeValue b) {
    return a instanceof AttributeValue.Bool ? a.equals(b) : sameKind(a, b) && compare(a, b) == 0;
  }

  static boolean isPast(AttributeValue a, AttributeValue b, int sign) {
    return sameKind(a, b) && Integer.signum(compare(a, b)) == sign;
  }

  private static boolean sameKind(AttributeValue a, AttributeValue b) {
    return !(b instanceof AttributeValue.Bool)
        && (a instanceof AttributeValue.Text) == (b instanceof AttributeValue.Text);
  }

  private static int compare(AttributeValue a, AttributeValue b) {
    if (a instanceof AttributeValue.Text left && b instanceof AttributeValue.Text right) {
      return Arrays.compare(
          left.value().codePoints().toArray(), right.value().codePoints().toArray());
    }
    double left = approximate(a);
    double right = approximate(b);
    return Double.isInfinite(left) || Double.isInfinite(right)
        ? Double.compare(left, right)
        : exact(a).compareTo(exact(b));
  }

  private static double approximate(AttributeValue value) {
    return value instanceof AttributeValue.Float64 number
        ? number.value()
        : (double) ((AttributeValue.Int64) value).value();
  }

  private static BigDecimal exact(AttributeValue value) {
    return value instanceof AttributeValue.Float64 number
        ? new BigDecimal(number.value())
        : new BigDecimal(((AttributeValue.Int64) value).value());
  }
}
