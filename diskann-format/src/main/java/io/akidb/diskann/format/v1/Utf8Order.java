package io.akidb.diskann.format.v1;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Texts by their UTF-8 bytes, which is by code point and not, as {@link String#compareTo}, by
 * UTF-16 unit.
 */
final class Utf8Order {
  static final Comparator<String> COMPARATOR =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private Utf8Order() {}
}
