package io.akidb.diskann;

import java.util.List;

/** A declared attribute's value. */
public sealed interface AttributeValue {
  /** Of type {@link AttributeType#STRING}. */
  record Text(String value) implements AttributeValue {}

  /** Of type {@link AttributeType#STRING_LIST}. */
  record TextList(List<String> values) implements AttributeValue {
    /** Copies the list. */
    public TextList {
      values = List.copyOf(values);
    }
  }

  /** Of type {@link AttributeType#LONG}. */
  record Int64(long value) implements AttributeValue {}

  /** Of type {@link AttributeType#DOUBLE}. */
  record Float64(double value) implements AttributeValue {}

  /** Of type {@link AttributeType#BOOLEAN}. */
  record Bool(boolean value) implements AttributeValue {}
}
