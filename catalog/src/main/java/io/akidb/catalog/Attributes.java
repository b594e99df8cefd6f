package io.akidb.catalog;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads attributes out of payloads that {@link RecordValidator} has passed. */
@SuppressWarnings("DoNotCallSuggester")
public final class Attributes {
  private Attributes() {}

  /** The declared attributes that the payload has, by name; null values are left out. */
  public static Map<String, AttributeValue> parse(
      byte @Nullable [] payload, CollectionSchema schema) {
    throw new UnsupportedOperationException();
  }

  /**
   * A top-level field of the payload by the type it has in JSON; null if it is missing, null or an
   * object.
   */
  public static @Nullable AttributeValue find(byte @Nullable [] payload, String name) {
    throw new UnsupportedOperationException();
  }
}
