package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The roles that tenants made for themselves, beside the built-in ones. A role is never changed, so
 * that what somebody was granted does not silently become something else. Thread-safe.
 */
public final class Roles {
  private record Id(TenantId tenant, String name) {}

  private final Documents<Role> documents;
  private final Remembered<Id, Role> remembered;

  /** Works on the given bucket; does not close it. */
  public Roles(ObjectStore store) {
    this(store, Ticker.systemTicker());
  }

  Roles(ObjectStore store, Ticker ticker) {
    this.documents = new Documents<>(store, "roles", Role.class);
    this.remembered = new Remembered<>(ticker, id -> documents.find(id.tenant(), id.name()));
  }

  /**
   * Makes a role.
   *
   * @throws PolicyConflictException if the name is taken, or a built-in role's
   * @throws InvalidPolicyException if it has the operators' permission
   */
  public Role create(TenantId tenant, Role role) {
    if (role.has(Permission.PLATFORM_OPERATE)) {
      throw new InvalidPolicyException(
          "permissions", "cannot have " + Permission.PLATFORM_OPERATE.wireName());
    }
    if (Role.builtIn(role.name()).isPresent()) {
      throw new PolicyConflictException("this is the name of a built-in role");
    }
    documents.create(tenant, role.name(), role);
    remembered.forget(new Id(tenant, role.name()));
    return role;
  }

  /**
   * A role as it was within the last second, built-in or the tenant's own.
   *
   * @param tenant whose; null for the platform, which has only built-in ones
   */
  public Optional<Role> find(@Nullable TenantId tenant, String name) {
    Optional<Role> builtIn = Role.builtIn(name);
    return builtIn.isPresent() || tenant == null || !Role.isName(name)
        ? builtIn
        : remembered.get(new Id(tenant, name));
  }

  /**
   * Deletes a role. Whoever was granted it can do nothing any more where the grant holds, until the
   * grant is removed: the role may have been there to hide something.
   *
   * @throws PolicyNotFoundException if there is none
   * @throws PolicyConflictException if it is built in
   */
  public void delete(TenantId tenant, String name) {
    if (Role.builtIn(name).isPresent()) {
      throw new PolicyConflictException("a built-in role cannot be deleted");
    }
    if (!Role.isName(name) || documents.find(tenant, name).isEmpty()) {
      throw new PolicyNotFoundException("there is no such role");
    }
    documents.delete(tenant, name);
    remembered.forget(new Id(tenant, name));
  }

  /**
   * A page of a tenant's own roles by name.
   *
   * @param after a {@linkplain PolicyPage#nextCursor() cursor}; null from the start
   * @param limit 1 to 1,000
   * @throws InvalidPolicyException if the cursor is none
   */
  public PolicyPage<Role> list(TenantId tenant, @Nullable String after, int limit) {
    if (after != null && !Role.isName(after)) {
      throw new InvalidPolicyException("?cursor", "is not one that this list gave out");
    }
    return documents.list(tenant, after, limit);
  }

  /**
   * Deletes all roles of a tenant that is purged; nodes may remember some for less than a second.
   */
  public void deleteAllOf(TenantId tenant) {
    documents.deleteAllOf(tenant);
  }
}
