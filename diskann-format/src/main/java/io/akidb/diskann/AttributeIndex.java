package io.akidb.diskann;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which nodes have which values of the declared attributes. Each answer is a new bitmap of node
 * ids. Numbers compare by value, across {@link AttributeType#LONG} and {@link AttributeType#DOUBLE}
 * too; a value of another type than declared, or NaN, matches nothing. Every question throws {@link
 * IllegalArgumentException} if the attribute is not declared, and {@link CorruptShardException} if
 * its column is damaged, which is checked whole before its first use.
 */
public interface AttributeIndex {
  /** Whether the attribute is declared here. */
  boolean has(String name);

  /** Nodes with the value; of a list, nodes whose list has the element. */
  RoaringBitmap equal(String name, AttributeValue value);

  /** Nodes with any of the values. */
  RoaringBitmap in(String name, Collection<AttributeValue> values);

  /** Nodes with a value (of a list: an element) between the bounds; null is no bound. */
  RoaringBitmap range(
      String name,
      @Nullable AttributeValue from,
      boolean fromInclusive,
      @Nullable AttributeValue to,
      boolean toInclusive);

  /** Nodes with a text (of a list: an element) that starts so. */
  RoaringBitmap prefix(String name, String prefix);

  /** Nodes with any value. */
  RoaringBitmap exists(String name);
}
