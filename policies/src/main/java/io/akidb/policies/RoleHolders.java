package io.akidb.policies;

import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds whom a role is granted to, by reading each of a tenant's users and keys, whose numbers are
 * bounded. Thread-safe.
 */
final class RoleHolders {
  private final Documents<User> users;
  private final KeyRecords keys;

  RoleHolders(ObjectStore store) {
    this.users = new Documents<>(store, "users", User.class);
    this.keys = new KeyRecords(store);
  }

  /**
   * Makes sure that nobody is granted a role; an end of the grant that has passed is no reason to
   * forget it, as it still hides.
   *
   * @throws PolicyConflictException if somebody is, or if that cannot be told
   */
  void requireNone(TenantId tenant, String role) {
    int held = 0;
    int unreadable = 0;
    String cursor = null;
    do {
      PolicyPage<User> page = users.list(tenant, cursor, KeyRecords.PAGE_LIMIT_MAX);
      held += (int) page.items().stream().filter(user -> has(user.grants(), role)).count();
      unreadable += page.unreadable().size();
      cursor = page.nextCursor();
    } while (cursor != null);
    int heldByKeys = 0;
    do {
      PolicyPage<ApiKeyDescriptor> page = keys.list(tenant, cursor, KeyRecords.PAGE_LIMIT_MAX);
      heldByKeys += (int) page.items().stream().filter(key -> has(key.grants(), role)).count();
      unreadable += page.unreadable().size();
      cursor = page.nextCursor();
    } while (cursor != null);
    if (held + heldByKeys > 0) {
      throw new PolicyConflictException(
          "the role is granted to "
              + held
              + " users and service accounts and "
              + heldByKeys
              + " API keys; withdraw it from them, and revoke these, first");
    }
    if (unreadable > 0) {
      throw new PolicyConflictException(
          unreadable
              + " users or API keys cannot be read, and may be granted the role; delete them first");
    }
  }

  private static boolean has(@Nullable List<Grant> grants, String role) {
    return grants != null && grants.stream().anyMatch(grant -> grant.role().equals(role));
  }
}
