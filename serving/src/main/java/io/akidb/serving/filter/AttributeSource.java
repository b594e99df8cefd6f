package io.akidb.serving.filter;

import io.akidb.catalog.AttributeValue;
import org.jspecify.annotations.Nullable;

/** The attributes of one record. */
@FunctionalInterface
public interface AttributeSource {
  /** The value, or null if the record has none. */
  @Nullable AttributeValue find(String attribute);
}
