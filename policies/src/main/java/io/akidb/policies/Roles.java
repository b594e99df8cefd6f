package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The roles that tenants made for themselves, beside the built-in ones. A role is never changed, so
 * that what somebody was granted does not silently become something else; for the same reason it is
 * deleted only when nobody has it, and its name is free again only when no grant can be on its way
 * any more. Thread-safe.
 */
public final class Roles {
  /** Most names of roles of one tenant, those of deleted ones among them. */
  public static final int ROLES_MAX = 1000;

  // What another node knew of a role a second ago, and was granting then, is written long before.
  private static final Duration NAME_KEPT = Duration.ofMinutes(1);

  private record Id(TenantId tenant, String name) {}

  private final Documents<StoredRole> documents;
  private final RoleHolders holders;
  private final Clock clock;
  private final Remembered<Id, Role> remembered;

  /** Works on the given bucket; does not close it. Reads one record after the other. */
  public Roles(ObjectStore store, Clock clock) {
    this(store, clock, PageReader.NO_HELPERS);
  }

  /**
   * Works on the given bucket; does not close it.
   *
   * @param helpers read a tenant's users and keys beside whoever deletes a role; refuse work rather
   *     than queue it without bound
   */
  public Roles(ObjectStore store, Clock clock, Executor helpers) {
    this(store, clock, Ticker.systemTicker(), helpers);
  }

  Roles(ObjectStore store, Clock clock, Ticker ticker, Executor helpers) {
    this.documents = new Documents<>(store, "roles", StoredRole.class);
    this.holders = new RoleHolders(store, helpers, ticker);
    this.clock = clock;
    this.remembered = new Remembered<>(ticker, id -> read(id.tenant(), id.name()));
  }

  private Optional<Role> read(TenantId tenant, String name) {
    return documents.find(tenant, name).flatMap(StoredRole::role);
  }

  /**
   * Makes a role.
   *
   * @throws PolicyConflictException if the name is taken, or a built-in role's, or that of a role
   *     that was deleted within a minute or that is still granted
   * @throws InvalidPolicyException if it has the operators' permission
   * @throws QuotaExceededException if the tenant has {@link #ROLES_MAX}; more calls than one at the
   *     same time may pass that by as many
   */
  public Role create(TenantId tenant, Role role) {
    if (role.has(Permission.PLATFORM_OPERATE)) {
      throw new InvalidPolicyException(
          "permissions", "cannot have " + Permission.PLATFORM_OPERATE.wireName());
    }
    if (Role.builtIn(role.name()).isPresent()) {
      throw new PolicyConflictException("this is the name of a built-in role");
    }
    try {
      Optional<StoredRole> before = documents.find(tenant, role.name());
      if (before.isPresent()) {
        createAgain(tenant, before.get(), role);
      } else {
        if (documents.count(tenant, ROLES_MAX) >= ROLES_MAX) {
          throw new QuotaExceededException(
              "max_roles",
              "max_roles: the tenant has used "
                  + ROLES_MAX
                  + " names of roles, which is the most; use that of a deleted one again");
        }
        documents.create(tenant, role.name(), StoredRole.of(role));
      }
    } finally {
      remembered.forget(new Id(tenant, role.name()));
    }
    return role;
  }

  // Over what a deleted role left.
  private void createAgain(TenantId tenant, StoredRole before, Role role) {
    String deletedAt = before.deletedAt();
    if (deletedAt == null) {
      throw new PolicyConflictException("the name is taken already");
    }
    if (clock.instant().isBefore(Instant.parse(deletedAt).plus(NAME_KEPT))) {
      throw new PolicyConflictException(
          "a role of this name was deleted a moment ago; try again in a minute, or take another");
    }
    holders.requireNone(tenant, role.name());
    Optional<StoredRole> written =
        documents.update(
            tenant,
            role.name(),
            current -> {
              if (!current.equals(before)) {
                throw new PolicyConflictException("the name is taken already");
              }
              return StoredRole.of(role);
            });
    if (written.isEmpty()) {
      throw missing();
    }
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
   * Deletes a role that nobody is granted; one that cannot be read, too.
   *
   * @throws PolicyNotFoundException if there is none
   * @throws PolicyConflictException if it is built in, or somebody is granted it, or others change
   *     it at the same time. Whoever is granted it at this very moment can do nothing where the
   *     grant holds, until that is removed: the role may have been there to hide something
   * @throws StoreUnavailableException if the tenant's users and keys cannot be read within half a
   *     minute
   */
  public void delete(TenantId tenant, String name) {
    if (Role.builtIn(name).isPresent()) {
      throw new PolicyConflictException("a built-in role cannot be deleted");
    }
    if (!Role.isName(name)) {
      throw missing();
    }
    StoredRole deleted = StoredRole.deleted(name, clock.instant());
    try {
      if (read(tenant, name).isEmpty()) {
        throw missing();
      }
      holders.requireNone(tenant, name);
      documents.update(tenant, name, role -> role.deletedAt() == null ? deleted : role);
    } catch (CorruptPolicyException e) {
      boolean isReplaced =
          documents.replaceDamaged(
              tenant,
              name,
              () -> {
                holders.requireNone(tenant, name);
                return deleted;
              });
      if (!isReplaced) {
        throw new PolicyConflictException("somebody else changed it; look again");
      }
    } finally {
      remembered.forget(new Id(tenant, name));
    }
  }

  private static PolicyNotFoundException missing() {
    return new PolicyNotFoundException("there is no such role");
  }

  /**
   * A page of a tenant's own roles by name; of deleted ones only room is left in it.
   *
   * @param after a {@linkplain PolicyPage#nextCursor() cursor}; null from the start
   * @param limit 1 to 1,000
   * @throws InvalidPolicyException if the cursor is none
   */
  public PolicyPage<Role> list(TenantId tenant, @Nullable String after, int limit) {
    if (after != null && !Role.isName(after)) {
      throw new InvalidPolicyException("?cursor", "is not one that this list gave out");
    }
    PolicyPage<StoredRole> page = documents.list(tenant, after, limit);
    return new PolicyPage<>(
        page.items().stream().flatMap(stored -> stored.role().stream()).toList(),
        page.unreadable(),
        page.nextCursor());
  }

  /**
   * Deletes all roles of a tenant that is purged; nodes may remember some for less than a second.
   */
  public void deleteAllOf(TenantId tenant) {
    documents.deleteAllOf(tenant);
  }
}
