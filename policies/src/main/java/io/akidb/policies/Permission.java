package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a call needs. On the wire and in the bucket as {@code collections.create}. */
public enum Permission {
  /** Create, suspend, list and delete tenants: an operator's, never part of a tenant's role. */
  PLATFORM_OPERATE,
  /** See and change the own tenant's description. */
  TENANTS_MANAGE,
  /** Create, change and delete a tenant's users, roles and API keys. */
  USERS_MANAGE,
  /** Read the audit log. */
  AUDIT_READ,
  /** Create a collection. */
  COLLECTIONS_CREATE,
  /** Change a collection, or ask for a build of its index. */
  COLLECTIONS_UPDATE,
  /** See a collection and its vectors. */
  COLLECTIONS_READ,
  /** Delete a collection. */
  COLLECTIONS_DELETE,
  /** Search. */
  VECTORS_SEARCH,
  /** Insert or replace vectors. */
  VECTORS_INSERT,
  /** Delete vectors. */
  VECTORS_DELETE;

  /** The name on the wire. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replaceFirst("_", ".");
  }

  /**
   * The permission of a name.
   *
   * @throws InvalidPolicyException if there is none
   */
  @JsonCreator
  public static Permission ofWireName(String name) {
    return Arrays.stream(values())
        .filter(permission -> permission.wireName().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new InvalidPolicyException("permission", "must be one of " + wireNames()));
  }

  /** All names, in the order of declaration. */
  public static List<String> wireNames() {
    return Arrays.stream(values()).map(Permission::wireName).toList();
  }
}
