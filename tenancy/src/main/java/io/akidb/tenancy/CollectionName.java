package io.akidb.tenancy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * A collection's name within its tenant.
 *
 * @param value 1 to 64 characters of {@code a-z 0-9 _ -}, the first a letter or digit: one part of
 *     an object key on any store, and not to be confused on a file system that folds case
 */
public record CollectionName(@JsonValue String value) implements Comparable<CollectionName> {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

  /**
   * Checks the form.
   *
   * @throws InvalidNameException if a character or the length is wrong
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public CollectionName {
    if (!NAME.matcher(value).matches()) {
      throw new InvalidNameException(
          "name",
          "must be 1 to 64 characters of a-z, 0-9, '_' and '-', the first a letter or digit");
    }
  }

  @Override
  public int compareTo(CollectionName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
