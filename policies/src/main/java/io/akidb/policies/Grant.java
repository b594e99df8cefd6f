package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.InvalidNameException;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A role, where it holds, and until when. With neither a collection nor a prefix it holds in the
 * whole tenant.
 *
 * @param role name of a role
 * @param collection holds in this collection only; null if not so bound
 * @param collectionPrefix holds in collections whose names start so; null if not so bound
 * @param expiresAt RFC 3339 UTC, from when it gives nothing any more; null for never
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Grant(
    @JsonProperty("role") String role,
    @JsonProperty("collection") @Nullable String collection,
    @JsonProperty("collection_prefix") @Nullable String collectionPrefix,
    @JsonProperty("expires_at") @Nullable String expiresAt) {

  /**
   * Checks the bounds.
   *
   * @throws InvalidPolicyException naming the field
   */
  public Grant {
    Role.requireName(role, "role");
    if (collection != null && collectionPrefix != null) {
      throw new InvalidPolicyException("collection_prefix", "cannot stand beside collection");
    }
    requireNamePart(collection, "collection");
    requireNamePart(collectionPrefix, "collection_prefix");
    requireTime(expiresAt);
    if (role.equals(Role.OPERATOR.name()) && (collection != null || collectionPrefix != null)) {
      throw new InvalidPolicyException("role", "of an operator is not bound to a collection");
    }
  }

  /** A role in the whole tenant, without an end. */
  public static Grant of(Role role) {
    return new Grant(role.name(), null, null, null);
  }

  // What starts a name is itself one.
  private static void requireNamePart(@Nullable String text, String field) {
    if (text != null) {
      try {
        CollectionName unused = new CollectionName(text);
      } catch (InvalidNameException e) {
        throw new InvalidPolicyException(field, "must be the name of a collection, or its start");
      }
    }
  }

  static void requireTime(@Nullable String text) {
    if (text != null) {
      try {
        Instant unused = Instant.parse(text);
      } catch (DateTimeException e) {
        throw new InvalidPolicyException("expires_at", "must be a time as 2027-01-31T12:00:00Z");
      }
    }
  }

  static boolean isPast(@Nullable String expiresAt, Instant now) {
    return expiresAt != null && !now.isBefore(Instant.parse(expiresAt));
  }

  boolean isExpired(Instant now) {
    return isPast(expiresAt, now);
  }

  /** Whether it holds there; for {@link Target#someCollection()} every grant does. */
  boolean covers(Target target) {
    if (collection == null && collectionPrefix == null) {
      return true;
    }
    CollectionName name = target.collection();
    if (name == null) {
      return target.isSomeCollection();
    }
    return collection != null
        ? name.value().equals(collection)
        : collectionPrefix != null && name.value().startsWith(collectionPrefix);
  }

  /** Whether it holds wherever the other does. */
  boolean covers(Grant other) {
    if (collection == null && collectionPrefix == null) {
      return true;
    }
    if (collection != null) {
      return collection.equals(other.collection);
    }
    String prefix = collectionPrefix == null ? "" : collectionPrefix;
    String theirs = other.collection == null ? other.collectionPrefix : other.collection;
    return theirs != null && theirs.startsWith(prefix);
  }

  boolean lastsAsLongAs(Grant other) {
    return expiresAt == null || endsBy(other.expiresAt, Instant.parse(expiresAt));
  }

  static boolean endsBy(@Nullable String expiresAt, Instant end) {
    return expiresAt != null && !Instant.parse(expiresAt).isAfter(end);
  }

  /**
   * The same for as long as a key is good.
   *
   * @param end RFC 3339 UTC; null for no end
   */
  public Grant until(@Nullable String end) {
    return end == null || endsBy(expiresAt, Instant.parse(end))
        ? this
        : new Grant(role, collection, collectionPrefix, end);
  }
}
