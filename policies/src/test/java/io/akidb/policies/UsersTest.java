package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Users and the roles that tenants make for themselves. */
class UsersTest {
  private final ObjectStore store = new InMemoryStore(Clock.systemUTC());
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final TenantId acme = TenantId.random();
  private final TenantId other = TenantId.random();
  private final Users users = new Users(store, clock, nanos::get);
  private final Roles roles = new Roles(store, clock, nanos::get, PageReader.NO_HELPERS);

  private User alice() {
    return users.create(acme, User.Kind.USER, "alice@example.org", List.of(Grant.of(Role.VIEWER)));
  }

  @Test
  void user_createdGrantedWithdrawnDeleted_isWhatWasSaid() {
    User alice = alice();
    assertThat(users.get(acme, alice.userId())).isEqualTo(alice);

    Grant grant = new Grant("editor", "products", null, "2030-01-01T00:00:00Z");
    users.grant(acme, alice.userId(), grant);
    users.grant(acme, alice.userId(), grant);
    assertThat(users.get(acme, alice.userId()).grants())
        .containsExactly(Grant.of(Role.VIEWER), grant);

    users.withdraw(acme, alice.userId(), "viewer");
    assertThat(users.find(acme, alice.userId()).orElseThrow().grants()).containsExactly(grant);

    users.delete(acme, alice.userId());
    assertThat(users.find(acme, alice.userId())).isEmpty();
    assertThatThrownBy(() -> users.delete(acme, alice.userId()))
        .isInstanceOf(PolicyNotFoundException.class);
  }

  @Test
  void user_ofAnotherTenantOrHostileId_isMissing() {
    User alice = alice();
    for (String id : List.of("../" + acme + "/" + alice.userId(), "", "x", "..")) {
      assertThat(users.find(acme, id)).isEmpty();
      assertThatThrownBy(() -> users.get(acme, id)).isInstanceOf(PolicyNotFoundException.class);
    }
    assertThat(users.find(other, alice.userId())).isEmpty();
    assertThat(users.find(null, alice.userId())).isEmpty();
    assertThatThrownBy(() -> users.grant(other, alice.userId(), Grant.of(Role.ADMIN)))
        .isInstanceOf(PolicyNotFoundException.class);
    assertThat(users.list(other, null, 10).items()).isEmpty();
  }

  @Test
  void change_onAnotherNode_holdsWithinASecond() {
    User alice = alice();
    Users node = new Users(store, clock, nanos::get);
    assertThat(node.find(acme, alice.userId())).isPresent();

    users.delete(acme, alice.userId());
    assertThat(node.find(acme, alice.userId())).as("still trusted").isPresent();
    nanos.addAndGet(900_000_000L);
    assertThat(node.find(acme, alice.userId())).isEmpty();
  }

  @Test
  void list_pageByPage_namesEachOnce() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      made.add(users.create(acme, User.Kind.SERVICE_ACCOUNT, "job-" + i, List.of()).userId());
    }
    List<String> seen = new ArrayList<>();
    String cursor = null;
    do {
      PolicyPage<User> page = users.list(acme, cursor, 3);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
      page.items().forEach(user -> seen.add(user.userId()));
      cursor = page.nextCursor();
    } while (cursor != null);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(made).isSorted();
    assertThatThrownBy(() -> users.list(acme, "../x", 3))
        .isInstanceOf(InvalidPolicyException.class);
  }

  @Test
  void bounds_passed_areNamed() {
    assertThatThrownBy(() -> users.create(acme, User.Kind.USER, "no address", List.of()))
        .isInstanceOfSatisfying(
            InvalidPolicyException.class, e -> assertThat(e.field()).isEqualTo("email"));
    assertThatThrownBy(() -> users.create(acme, User.Kind.SERVICE_ACCOUNT, "A B", List.of()))
        .isInstanceOfSatisfying(
            InvalidPolicyException.class, e -> assertThat(e.field()).isEqualTo("name"));
    assertThatThrownBy(
            () -> users.create(acme, User.Kind.USER, "a@b.c", List.of(Grant.of(Role.OPERATOR))))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> new Grant("viewer", "a", "b", null))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> new Grant("viewer", "../x", null, null))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> new Grant("viewer", null, null, "tomorrow"))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> new Grant("operator", "c", null, null))
        .isInstanceOf(InvalidPolicyException.class);
    User alice = alice();
    for (int i = 1; i < User.GRANTS_MAX; i++) {
      users.grant(acme, alice.userId(), new Grant("viewer", "c" + i, null, null));
    }
    assertThatThrownBy(
            () -> users.grant(acme, alice.userId(), new Grant("viewer", "more", null, null)))
        .isInstanceOf(InvalidPolicyException.class);
  }

  @Test
  void role_createdListedDeleted_isTheTenantsOwn() {
    Role eu = new Role("eu", Set.of(Permission.VECTORS_SEARCH), "{\"region\":\"eu\"}");
    roles.create(acme, eu);
    assertThat(roles.find(acme, "eu")).hasValue(eu);
    assertThat(roles.find(other, "eu")).isEmpty();
    assertThat(roles.find(acme, "../" + acme + "/eu")).isEmpty();
    assertThat(roles.find(null, "operator")).hasValue(Role.OPERATOR);
    assertThat(roles.list(acme, null, 10).items()).containsExactly(eu);
    assertThatThrownBy(() -> roles.create(acme, eu)).isInstanceOf(PolicyConflictException.class);
    assertThatThrownBy(() -> roles.create(acme, new Role("admin", eu.permissions(), null)))
        .isInstanceOf(PolicyConflictException.class);
    assertThatThrownBy(
            () -> roles.create(acme, new Role("x", Set.of(Permission.PLATFORM_OPERATE), null)))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> roles.list(acme, "..", 10)).isInstanceOf(InvalidPolicyException.class);

    roles.delete(acme, "eu");
    assertThat(roles.find(acme, "eu")).isEmpty();
    assertThatThrownBy(() -> roles.delete(acme, "eu")).isInstanceOf(PolicyNotFoundException.class);
    assertThatThrownBy(() -> roles.delete(acme, "viewer"))
        .isInstanceOf(PolicyConflictException.class);
  }

  private static final Role EU = new Role("eu", Set.of(Permission.VECTORS_SEARCH), null);
  private static final Role EU_ALL = new Role("eu", Set.of(Permission.VECTORS_DELETE), null);

  @Test
  void role_thatIsGranted_isNotDeleted() {
    roles.create(acme, EU);
    Grant past = new Grant("eu", null, null, "2020-01-01T00:00:00Z");
    User bob = users.create(acme, User.Kind.USER, "bob@example.org", List.of(past));
    users.create(other, User.Kind.USER, "eve@example.org", List.of(Grant.of(EU)));
    ApiKeys keys = new ApiKeys(store, users, clock, new SecureRandom(), null, nanos::get);
    String key = keys.issue(acme, null, List.of(Grant.of(EU)), null, null).descriptor().keyId();
    assertThatThrownBy(() -> roles.delete(acme, "eu"))
        .isInstanceOf(PolicyConflictException.class)
        .hasMessageContaining("1 users")
        .hasMessageContaining("1 API keys");
    assertThat(roles.find(acme, "eu")).hasValue(EU);

    keys.revoke(acme, key);
    users.withdraw(acme, bob.userId(), "eu");
    roles.delete(acme, "eu");
    assertThat(roles.find(acme, "eu")).isEmpty();
    assertThat(roles.list(acme, null, 10).items()).isEmpty();
  }

  @Test
  void role_deleted_leavesNoGrantToTheNextOfItsName() {
    roles.create(acme, EU);
    roles.delete(acme, "eu");
    // Was on its way from a node that still knew the role.
    User late = users.create(acme, User.Kind.USER, "bob@example.org", List.of(Grant.of(EU)));
    assertThatThrownBy(() -> roles.create(acme, EU_ALL)).hasMessageContaining("a moment ago");
    now.updateAndGet(instant -> instant.plusSeconds(61));
    assertThatThrownBy(() -> roles.create(acme, EU_ALL)).hasMessageContaining("is granted to");
    assertThat(roles.find(acme, "eu")).isEmpty();

    users.delete(acme, late.userId());
    roles.create(acme, EU_ALL);
    assertThat(roles.find(acme, "eu")).hasValue(EU_ALL);
    assertThatThrownBy(() -> roles.create(acme, EU)).hasMessageContaining("taken");
  }

  private void putDamaged(String kind, String id) {
    store.put(
        "akidb/system/" + kind + "/" + acme + "/" + id + ".json",
        "{\"name\": 5".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void damaged_userAndRole_canBeDeleted() {
    String id = "00000000-0000-4000-8000-000000000000";
    putDamaged("users", id);
    putDamaged("roles", "eu");
    assertThatThrownBy(() -> roles.delete(acme, "eu"))
        .isInstanceOf(PolicyConflictException.class)
        .hasMessageContaining("cannot be read");

    users.delete(acme, id);
    roles.delete(acme, "eu");

    assertThat(users.list(acme, null, 10).unreadable()).isEmpty();
    assertThat(roles.list(acme, null, 10).unreadable()).isEmpty();
    assertThat(roles.find(acme, "eu")).isEmpty();
    assertThatThrownBy(() -> roles.delete(acme, "eu")).isInstanceOf(PolicyNotFoundException.class);
  }

  @Test
  void bounds_ofATenant_areHeldAndNamed() {
    for (int i = 0; i < Users.USERS_MAX; i++) {
      putDamaged("users", String.format("00000000-0000-4000-8000-%012x", i));
      store.put(
          "akidb/system/api-keys-of/" + acme + "/" + String.format("%016x", i),
          "{}".getBytes(StandardCharsets.UTF_8));
    }
    for (int i = 0; i < Roles.ROLES_MAX; i++) {
      putDamaged("roles", "r" + i);
    }
    ApiKeys keys = new ApiKeys(store, users, clock, new SecureRandom(), null, nanos::get);
    assertThatThrownBy(this::alice)
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageStartingWith("max_users: the tenant has 5000");
    assertThatThrownBy(() -> keys.issueFor(acme))
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageStartingWith("max_api_keys: the tenant has 5000 of 5000");
    assertThatThrownBy(() -> roles.create(acme, EU))
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageStartingWith("max_roles: the tenant has used 1000");

    users.delete(acme, "00000000-0000-4000-8000-000000000000");
    alice();
    store.delete("akidb/system/api-keys-of/" + acme + "/" + "0".repeat(16));
    keys.issueFor(acme);
  }

  @Test
  void role_outOfBounds_isRefused() {
    Set<Permission> some = Set.of(Permission.VECTORS_SEARCH);
    assertThatThrownBy(() -> new Role("x", Set.of(), null))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> new Role("", some, null)).isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> new Role("x", some, "x".repeat(Role.ROW_FILTER_LENGTH_MAX + 1)))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> Permission.ofWireName("vectors.dance"))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> User.Kind.ofWireName("robot"))
        .isInstanceOf(InvalidPolicyException.class);
  }

  @Test
  void record_unreadable_isToldWithoutItsContent() {
    store.put(
        "akidb/system/roles/" + acme + "/bad.json",
        "{\"name\": 5".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> roles.find(acme, "bad"))
        .isInstanceOf(CorruptPolicyException.class)
        .hasMessageNotContaining("5");
  }

  @Test
  void list_withADamagedRecord_namesItAndShowsTheOthers() {
    User user = alice();
    String damaged = "00000000-0000-4000-8000-000000000000";
    store.put(
        "akidb/system/users/" + acme + "/" + damaged + ".json",
        "{\"name\": 5".getBytes(StandardCharsets.UTF_8));
    PolicyPage<User> page = users.list(acme, null, 10);
    assertThat(page.items()).containsExactly(user);
    assertThat(page.unreadable()).containsExactly(damaged);
  }

  @Test
  void deleteAllOf_aTenant_sparesOthers() {
    alice();
    roles.create(acme, new Role("eu", Set.of(Permission.VECTORS_SEARCH), null));
    users.create(other, User.Kind.USER, "bob@example.org", List.of());

    users.deleteAllOf(acme);
    roles.deleteAllOf(acme);

    assertThat(users.list(acme, null, 10).items()).isEmpty();
    assertThat(roles.list(acme, null, 10).items()).isEmpty();
    assertThat(users.list(other, null, 10).items()).hasSize(1);
  }
}
