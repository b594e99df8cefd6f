package io.akidb.catalog;

import java.util.List;

/** Checks records against a schema. Safe for many threads at once. */
public final class RecordValidator {
  private final CollectionSchema schema;

  /** For one collection's records. */
  public RecordValidator(CollectionSchema schema) {
    this.schema = schema;
  }

  /** What is wrong with a record; empty when nothing is. */
  public List<FieldError> check(VectorRecord row) {
    throw new UnsupportedOperationException(schema.toString());
  }
}
