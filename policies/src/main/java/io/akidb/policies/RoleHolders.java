package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.tenancy.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Finds whom a role is granted to, by reading each of a tenant's users and keys, whose numbers are
 * bounded: several at once, and not for longer than {@link #TIME_MAX}. Thread-safe.
 */
final class RoleHolders {
  /** How long it reads, and then the last read that has begun. */
  static final Duration TIME_MAX = Duration.ofSeconds(30);

  private static final int HELPERS_MAX = 15;

  private final Documents<User> users;
  private final KeyRecords keys;
  private final Executor helpers;
  private final Ticker ticker;

  /**
   * Works on the given bucket.
   *
   * @param helpers read beside the caller; refuse work rather than queue it without bound
   */
  RoleHolders(ObjectStore store, Executor helpers, Ticker ticker) {
    this.users = new Documents<>(store, "users", User.class);
    this.keys = new KeyRecords(store);
    this.helpers = helpers;
    this.ticker = ticker;
  }

  /**
   * Makes sure that nobody is granted a role; an end of the grant that has passed is no reason to
   * forget it, as it still hides.
   *
   * @throws PolicyConflictException if somebody is, or if that cannot be told
   * @throws StoreUnavailableException if not all could be read in time
   */
  void requireNone(TenantId tenant, String role) {
    long end = ticker.read() + TIME_MAX.toNanos();
    PageReader reader = new PageReader(helpers, HELPERS_MAX, () -> ticker.read() - end >= 0);
    int held = 0;
    int unreadable = 0;
    String cursor = null;
    do {
      PolicyPage<User> page = users.list(tenant, cursor, KeyRecords.PAGE_LIMIT_MAX, reader);
      held += (int) page.items().stream().filter(user -> has(user.grants(), role)).count();
      unreadable += page.unreadable().size();
      cursor = page.nextCursor();
    } while (cursor != null);
    int heldByKeys = 0;
    do {
      PolicyPage<ApiKeyDescriptor> page =
          keys.list(tenant, cursor, KeyRecords.PAGE_LIMIT_MAX, reader);
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
