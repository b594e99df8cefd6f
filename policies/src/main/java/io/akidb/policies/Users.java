package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantId;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The users and service accounts of each tenant, and the platform's operators. Thread-safe. */
public final class Users {
  /** Most users and service accounts of one tenant, and operators of the platform. */
  public static final int USERS_MAX = 5000;

  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private record Id(@Nullable TenantId tenant, String userId) {}

  private final Documents<User> documents;
  private final Emails emails;
  private final Clock clock;
  private final Remembered<Id, User> remembered;

  /** Works on the given bucket; does not close it. Reads one record after the other. */
  public Users(ObjectStore store, Clock clock) {
    this(store, clock, Ticker.systemTicker());
  }

  /**
   * Works on the given bucket; does not close it.
   *
   * @param helpers read a tenant's users where their addresses are not noted yet; refuse work
   *     rather than queue it without bound
   */
  public Users(ObjectStore store, Clock clock, Executor helpers) {
    this(store, clock, Ticker.systemTicker(), helpers);
  }

  Users(ObjectStore store, Clock clock, Ticker ticker) {
    this(store, clock, ticker, PageReader.NO_HELPERS);
  }

  private Users(ObjectStore store, Clock clock, Ticker ticker, Executor helpers) {
    this.documents = new Documents<>(store, "users", User.class);
    this.emails = new Emails(store, documents, helpers);
    this.clock = clock;
    this.remembered = new Remembered<>(ticker, id -> documents.find(id.tenant(), id.userId()));
  }

  /**
   * Makes a user.
   *
   * @param tenant whose; null for an operator of the platform
   * @throws InvalidPolicyException naming the field that is out of bounds
   * @throws PolicyConflictException if another person of the same tenant has the e-mail address, in
   *     whatever case; service accounts may share a name
   * @throws QuotaExceededException if there are {@link #USERS_MAX}; more calls than one at the same
   *     time may pass that by as many
   */
  public User create(@Nullable TenantId tenant, User.Kind kind, String name, List<Grant> grants) {
    String id = UUID.randomUUID().toString();
    String now = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
    User user = new User(id, tenant, kind, name, grants, now);
    if (documents.count(tenant, USERS_MAX) >= USERS_MAX) {
      throw new QuotaExceededException(
          "max_users",
          "max_users: the tenant has "
              + USERS_MAX
              + " users and service accounts, which is the most; delete some, or let people sign in"
              + " by an identity provider");
    }
    if (kind == User.Kind.USER) {
      emails.claim(tenant, name, id);
    }
    documents.create(tenant, id, user);
    remembered.forget(new Id(tenant, id));
    if (kind == User.Kind.USER) {
      confirm(user);
    }
    return user;
  }

  // Of two that took the address for nobody's at the same time only one may stay.
  private void confirm(User user) {
    try {
      emails.confirm(user.tenant(), user.name(), user.userId());
    } catch (RuntimeException e) {
      try {
        delete(user.tenant(), user.userId());
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** A user as it was within the last second. */
  public Optional<User> find(@Nullable TenantId tenant, String userId) {
    return ID.matcher(userId).matches() ? remembered.get(new Id(tenant, userId)) : Optional.empty();
  }

  /** Whether there is a user at this moment, readable or not. */
  boolean exists(@Nullable TenantId tenant, String userId) {
    return ID.matcher(userId).matches() && documents.exists(tenant, userId);
  }

  /**
   * A user.
   *
   * @throws PolicyNotFoundException if the tenant has none of this id
   */
  public User get(@Nullable TenantId tenant, String userId) {
    return (ID.matcher(userId).matches() ? documents.find(tenant, userId) : Optional.<User>empty())
        .orElseThrow(Users::missing);
  }

  /**
   * Adds a grant.
   *
   * @throws PolicyNotFoundException if the tenant has no such user
   * @throws InvalidPolicyException if it has too many grants
   */
  public User grant(@Nullable TenantId tenant, String userId, Grant grant) {
    return change(tenant, userId, user -> user.plus(grant));
  }

  /**
   * Removes all grants of a role; none is no error.
   *
   * @throws PolicyNotFoundException if the tenant has no such user
   */
  public User withdraw(@Nullable TenantId tenant, String userId, String role) {
    return change(tenant, userId, user -> user.minus(role));
  }

  private User change(@Nullable TenantId tenant, String userId, UnaryOperator<User> change) {
    get(tenant, userId);
    try {
      return documents.update(tenant, userId, change).orElseThrow(Users::missing);
    } finally {
      remembered.forget(new Id(tenant, userId));
    }
  }

  /**
   * Deletes a user, also one that cannot be read. Keys of it work no longer, within a second on
   * every node.
   *
   * @throws PolicyNotFoundException if the tenant has no such user
   */
  public void delete(@Nullable TenantId tenant, String userId) {
    if (!ID.matcher(userId).matches() || !documents.exists(tenant, userId)) {
      throw missing();
    }
    documents.delete(tenant, userId);
    remembered.forget(new Id(tenant, userId));
  }

  /**
   * A page of users by id.
   *
   * @param after a {@linkplain PolicyPage#nextCursor() cursor}; null from the start
   * @param limit 1 to 1,000
   * @throws InvalidPolicyException if the cursor is none
   */
  public PolicyPage<User> list(@Nullable TenantId tenant, @Nullable String after, int limit) {
    if (after != null && !ID.matcher(after).matches()) {
      throw new InvalidPolicyException("?cursor", "is not one that this list gave out");
    }
    return documents.list(tenant, after, limit);
  }

  /**
   * Deletes all users of a tenant that is purged; nodes may remember some for less than a second.
   */
  public void deleteAllOf(TenantId tenant) {
    documents.deleteAllOf(tenant);
    emails.deleteAllOf(tenant);
  }

  private static PolicyNotFoundException missing() {
    return new PolicyNotFoundException("there is no such user");
  }
}
