package io.akidb.catalog;

import java.util.List;

/** The value of one attribute of a payload, by the type it has. */
public sealed interface AttributeValue {
  /** A {@link AttributeType#STRING}. */
  record Text(String value) implements AttributeValue {}

  /** A {@link AttributeType#STRING_LIST}. */
  record TextList(List<String> values) implements AttributeValue {
    /** Copies the list. */
    public TextList {
      values = List.copyOf(values);
    }
  }

  /** A {@link AttributeType#LONG}. */
  record Whole(long value) implements AttributeValue {}

  /** A {@link AttributeType#DOUBLE}. */
  record Real(double value) implements AttributeValue {}

  /** A {@link AttributeType#BOOLEAN}. */
  record Flag(boolean value) implements AttributeValue {}
}
