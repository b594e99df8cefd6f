package io.akidb.tenancy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Who owns data: a random UUID in its canonical lower-case form, or {@code default}, the tenant of
 * an installation that has only one.
 *
 * @param value the text, safe as one part of an object key
 */
public record TenantId(@JsonValue String value) implements Comparable<TenantId> {
  /** The tenant of an installation that has only one. */
  public static final TenantId DEFAULT = new TenantId("default");

  private static final Pattern UUID_V4 =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  /**
   * Checks the form.
   *
   * @throws InvalidNameException if it is neither a UUIDv4 nor {@code default}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TenantId {
    if (!value.equals("default") && !UUID_V4.matcher(value).matches()) {
      throw new InvalidNameException("tenant_id", "is not a UUIDv4 in lower case, nor 'default'");
    }
  }

  /** A new tenant's id. */
  public static TenantId random() {
    return new TenantId(UUID.randomUUID().toString());
  }

  @Override
  public int compareTo(TenantId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
