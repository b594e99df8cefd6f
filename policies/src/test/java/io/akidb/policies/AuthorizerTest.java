package io.akidb.policies;

import static io.akidb.policies.Permission.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.policies.Decision.Outcome;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuthorizerTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final String LATER = "2026-11-21T13:00:00Z";
  private static final String EARLIER = "2026-11-21T12:00:00Z";

  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final Roles roles = new Roles(new InMemoryStore(clock), clock);
  private final Authorizer authorizer = new Authorizer(roles, clock);
  private final TenantId acme = TenantId.random();
  private final Principal operator = principal(null, Grant.of(Role.OPERATOR));

  private static Principal principal(TenantId tenant, Grant... grants) {
    return new Principal("key:1", tenant, List.of(grants), null, "1");
  }

  private static Target on(String collection) {
    return Target.of(new CollectionName(collection));
  }

  private Outcome outcome(Principal principal, Target target, Permission permission) {
    return authorizer.decide(principal, acme, target, permission).outcome();
  }

  private void role(String name, String rowFilter, Permission... permissions) {
    roles.create(acme, new Role(name, Set.of(permissions), rowFilter));
  }

  @ParameterizedTest
  @EnumSource(Permission.class)
  void operator_mayDoEverythingForEveryTenant(Permission permission) {
    assertThat(outcome(operator, Target.tenant(), permission)).isEqualTo(Outcome.ALLOWED);
    assertThat(outcome(operator, on("c"), permission)).isEqualTo(Outcome.ALLOWED);
  }

  @ParameterizedTest
  @EnumSource(Permission.class)
  void builtInRoles_areTheMatrix(Permission permission) {
    Set<Permission> reads = EnumSet.of(COLLECTIONS_READ, VECTORS_SEARCH);
    Set<Permission> writes =
        EnumSet.of(COLLECTIONS_CREATE, COLLECTIONS_UPDATE, VECTORS_INSERT, VECTORS_DELETE);
    Set<Permission> manages =
        EnumSet.of(AUDIT_READ, COLLECTIONS_DELETE, TENANTS_MANAGE, USERS_MANAGE);
    boolean viewer = reads.contains(permission);
    boolean editor = viewer || writes.contains(permission);
    boolean admin = editor || manages.contains(permission);

    for (Target target : List.of(Target.tenant(), Target.someCollection(), on("c"))) {
      assertThat(outcome(principal(acme, Grant.of(Role.ADMIN)), target, permission))
          .isEqualTo(admin ? Outcome.ALLOWED : Outcome.FORBIDDEN);
      assertThat(outcome(principal(acme, Grant.of(Role.EDITOR)), target, permission))
          .isEqualTo(editor ? Outcome.ALLOWED : Outcome.FORBIDDEN);
      assertThat(outcome(principal(acme, Grant.of(Role.VIEWER)), target, permission))
          .isEqualTo(viewer ? Outcome.ALLOWED : Outcome.FORBIDDEN);
    }
  }

  @ParameterizedTest
  @EnumSource(Permission.class)
  void principal_ofAnotherTenant_isToldNothing(Permission permission) {
    Principal other = principal(TenantId.random(), Grant.of(Role.ADMIN));
    assertThat(outcome(other, on("c"), permission)).isEqualTo(Outcome.NOT_YOURS);
    assertThat(outcome(other, Target.tenant(), permission)).isEqualTo(Outcome.NOT_YOURS);
  }

  @Test
  void grant_ofACollectionOrPrefix_holdsThereOnly() {
    Principal one = principal(acme, new Grant("editor", "products", null, null));
    assertThat(outcome(one, on("products"), VECTORS_INSERT)).isEqualTo(Outcome.ALLOWED);
    assertThat(outcome(one, on("products"), COLLECTIONS_DELETE)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(outcome(one, on("products2"), VECTORS_INSERT)).isEqualTo(Outcome.NOT_YOURS);
    assertThat(outcome(one, Target.tenant(), COLLECTIONS_CREATE)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(outcome(one, Target.someCollection(), COLLECTIONS_READ)).isEqualTo(Outcome.ALLOWED);

    Principal some = principal(acme, new Grant("viewer", null, "eu-", null));
    assertThat(outcome(some, on("eu-1"), VECTORS_SEARCH)).isEqualTo(Outcome.ALLOWED);
    assertThat(outcome(some, on("us-1"), VECTORS_SEARCH)).isEqualTo(Outcome.NOT_YOURS);
    assertThat(outcome(principal(acme), on("c"), COLLECTIONS_READ)).isEqualTo(Outcome.NOT_YOURS);
  }

  @Test
  void grant_expired_givesNothingButGoesOnHiding() {
    Principal past = principal(acme, new Grant("viewer", null, null, EARLIER));
    assertThat(outcome(past, on("c"), VECTORS_SEARCH)).isEqualTo(Outcome.NOT_YOURS);
    Principal future = principal(acme, new Grant("viewer", null, null, LATER));
    assertThat(outcome(future, on("c"), VECTORS_SEARCH)).isEqualTo(Outcome.ALLOWED);

    role("eu", "{\"region\":\"eu\"}", VECTORS_SEARCH);
    Principal both = principal(acme, Grant.of(Role.EDITOR), new Grant("eu", null, null, EARLIER));
    assertThat(authorizer.decide(both, acme, on("c"), VECTORS_SEARCH).rowFilters())
        .containsExactly("{\"region\":\"eu\"}");
  }

  @Test
  void rowFilters_ofAllGrantsThatCover_addUp() {
    role("eu", "{\"region\":\"eu\"}", VECTORS_SEARCH);
    role("cheap", "{\"price\":{\"$lt\":9}}", COLLECTIONS_READ);
    Principal both =
        principal(
            acme,
            Grant.of(Role.VIEWER),
            new Grant("eu", null, "p", null),
            new Grant("cheap", "products", null, null));

    assertThat(authorizer.decide(both, acme, on("products"), VECTORS_SEARCH).rowFilters())
        .containsExactlyInAnyOrder("{\"region\":\"eu\"}", "{\"price\":{\"$lt\":9}}");
    assertThat(authorizer.decide(both, acme, on("people"), VECTORS_SEARCH).rowFilters())
        .containsExactly("{\"region\":\"eu\"}");
    assertThat(authorizer.decide(both, acme, on("other"), VECTORS_SEARCH).rowFilters()).isEmpty();
  }

  @Test
  void rowFilter_onAnyGrant_forbidsWhatWouldEvadeIt() {
    role("eu", "{\"region\":\"eu\"}", VECTORS_SEARCH);
    Principal admin =
        principal(acme, Grant.of(Role.ADMIN), new Grant("eu", "products", null, null));

    assertThat(outcome(admin, on("products"), COLLECTIONS_DELETE)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(outcome(admin, Target.tenant(), USERS_MANAGE)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(outcome(admin, Target.tenant(), AUDIT_READ)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(outcome(admin, on("products"), VECTORS_DELETE)).isEqualTo(Outcome.ALLOWED);
    assertThat(authorizer.decideGrants(admin, acme, List.of(Grant.of(Role.VIEWER))).outcome())
        .isEqualTo(Outcome.FORBIDDEN);
  }

  @Test
  void role_deleted_refusesWhereItWasGranted() {
    role("eu", "{\"region\":\"eu\"}", VECTORS_SEARCH);
    Principal both =
        principal(acme, Grant.of(Role.VIEWER), new Grant("eu", "products", null, null));
    assertThat(outcome(both, on("products"), VECTORS_SEARCH)).isEqualTo(Outcome.ALLOWED);

    roles.delete(acme, "eu");

    assertThat(outcome(both, on("products"), VECTORS_SEARCH)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(outcome(both, on("other"), VECTORS_SEARCH)).isEqualTo(Outcome.ALLOWED);
  }

  @Test
  void limits_ofAKey_narrowWhatItsUserMay() {
    role("eu", "{\"region\":\"eu\"}", VECTORS_SEARCH);
    Principal limited =
        new Principal(
            "user:1",
            acme,
            List.of(Grant.of(Role.EDITOR)),
            List.of(new Grant("viewer", "products", null, null), new Grant("eu", "p", null, null)),
            "1");
    assertThat(outcome(limited, on("products"), VECTORS_SEARCH)).isEqualTo(Outcome.ALLOWED);
    assertThat(outcome(limited, on("products"), VECTORS_INSERT)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(outcome(limited, on("other"), VECTORS_SEARCH)).isEqualTo(Outcome.NOT_YOURS);
    assertThat(authorizer.decide(limited, acme, on("p"), VECTORS_SEARCH).rowFilters()).hasSize(1);

    Principal wide =
        new Principal(
            "user:1", acme, List.of(Grant.of(Role.VIEWER)), List.of(Grant.of(Role.ADMIN)), "1");
    assertThat(outcome(wide, on("c"), VECTORS_INSERT)).isEqualTo(Outcome.FORBIDDEN);
  }

  @Test
  void decideGrants_moreThanOneHas_isForbidden() {
    role("hr", null, USERS_MANAGE, COLLECTIONS_READ);
    Principal hr = principal(acme, Grant.of(new Role("hr", Set.of(USERS_MANAGE), null)));
    Principal admin = principal(acme, Grant.of(Role.ADMIN));
    Principal passing = principal(acme, new Grant("admin", null, null, LATER));
    Principal narrow = principal(acme, new Grant("viewer", null, "eu-", null));

    assertThat(grants(admin, "admin", null, null)).isEqualTo(Outcome.ALLOWED);
    assertThat(grants(admin, "hr", null, null)).isEqualTo(Outcome.ALLOWED);
    assertThat(grants(hr, "admin", null, null)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(grants(hr, "hr", null, null)).isEqualTo(Outcome.ALLOWED);
    assertThat(grants(passing, "viewer", null, null)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(grants(passing, "viewer", null, LATER)).isEqualTo(Outcome.ALLOWED);
    assertThat(grants(narrow, "viewer", null, null)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(grants(narrow, "viewer", "eu-1", null)).isEqualTo(Outcome.ALLOWED);
    assertThat(grants(narrow, "viewer", "us-1", null)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(grants(operator, "admin", null, null)).isEqualTo(Outcome.ALLOWED);
    assertThatThrownBy(() -> grants(admin, "none", null, null))
        .isInstanceOf(InvalidPolicyException.class);
    List<Grant> operators = List.of(Grant.of(Role.OPERATOR));
    assertThat(authorizer.decideGrants(admin, null, operators).isAllowed()).isFalse();
    assertThat(authorizer.decideGrants(operator, null, operators).isAllowed()).isTrue();
  }

  private Outcome grants(Principal by, String role, String collection, String until) {
    return authorizer
        .decideGrants(by, acme, List.of(new Grant(role, collection, null, until)))
        .outcome();
  }

  @Test
  void decideGrants_limitsOfTheGiversKey_count() {
    Principal limited =
        new Principal(
            "user:1", acme, List.of(Grant.of(Role.ADMIN)), List.of(Grant.of(Role.VIEWER)), "1");
    assertThat(grants(limited, "viewer", null, null)).isEqualTo(Outcome.ALLOWED);
    assertThat(grants(limited, "editor", null, null)).isEqualTo(Outcome.FORBIDDEN);
  }

  private Principal ending(String end, Grant... grants) {
    Instant at = Instant.parse(end);
    return new Principal("key:1", acme, List.of(grants), null, "1", at);
  }

  @Test
  void decideGrants_byACredentialThatEnds_lastNoLonger() {
    Principal admin = ending(LATER, Grant.of(Role.ADMIN));
    assertThat(grants(admin, "viewer", null, null)).isEqualTo(Outcome.FORBIDDEN);
    assertThat(grants(admin, "viewer", null, "2026-11-21T13:00:01Z")).isEqualTo(Outcome.FORBIDDEN);
    assertThat(grants(admin, "viewer", null, LATER)).isEqualTo(Outcome.ALLOWED);
    assertThat(authorizer.decideEnd(admin, null).isAllowed()).isFalse();
    assertThat(authorizer.decideEnd(admin, LATER).isAllowed()).isTrue();
    assertThat(authorizer.decideEnd(principal(acme), null).isAllowed()).isTrue();
    assertThat(authorizer.decideRole(admin, Role.VIEWER).isAllowed()).isTrue();
  }

  @Test
  void decideOver_whoMayMore_isForbiddenAndEndsDoNotMatter() {
    role("hr", null, USERS_MANAGE, COLLECTIONS_READ);
    role("eu", "{\"region\":\"eu\"}", VECTORS_SEARCH);
    Principal hr = principal(acme, new Grant("hr", null, null, null));
    Principal passing = principal(acme, new Grant("admin", null, null, LATER));
    Principal ending = ending(LATER, Grant.of(Role.ADMIN));
    List<Grant> admins = List.of(Grant.of(Role.ADMIN));
    Grant gone = new Grant("gone", null, null, null);

    assertThat(authorizer.decideOver(hr, acme, admins).isAllowed()).isFalse();
    assertThat(
            authorizer.decideOver(hr, acme, List.of(new Grant("eu", "c", null, null))).isAllowed())
        .isFalse();
    assertThat(
            authorizer
                .decideOver(hr, acme, List.of(new Grant("hr", "c", null, null), gone))
                .isAllowed())
        .isTrue();
    assertThat(authorizer.decideOver(hr, null, List.of()).isAllowed()).isFalse();
    for (Principal over : List.of(passing, ending, operator)) {
      assertThat(authorizer.decideOver(over, acme, admins).isAllowed()).isTrue();
    }
  }

  @Test
  void reach_ofWhoeverMayNotAll_isWhatItCouldHandOut() {
    role("hr", null, USERS_MANAGE, COLLECTIONS_READ);
    Grant hr = new Grant("hr", null, null, null);
    Grant past = new Grant("editor", null, null, EARLIER);
    Grant passing = new Grant("viewer", "c", null, LATER);
    User bob = new User("b", acme, User.Kind.USER, "b@c.d", List.of(), NOW.toString());
    User self = new User("1", acme, User.Kind.USER, "a@c.d", List.of(hr), NOW.toString());

    assertThat(authorizer.reach(operator, acme, bob)).isNull();
    assertThat(authorizer.reach(principal(acme, Grant.of(Role.ADMIN)), acme, bob)).isNull();
    assertThat(authorizer.reach(ending(LATER, Grant.of(Role.ADMIN)), acme, bob)).isNull();
    assertThat(authorizer.reach(principal(acme, hr, past, passing), acme, bob))
        .containsExactly(hr, passing);
    Grant untilLater = new Grant("admin", null, null, LATER);
    assertThat(authorizer.reach(principal(acme, untilLater), acme, bob))
        .containsExactly(untilLater);

    List<Grant> wide = List.of(hr, Grant.of(Role.EDITOR));
    assertThat(authorizer.reach(new Principal("user:1", acme, wide, null, "1"), acme, self))
        .isNull();
    assertThat(authorizer.reach(new Principal("user:1", acme, wide, List.of(hr), "1"), acme, self))
        .containsExactly(hr);
    // What limits name and the user has no longer is nobody's to hand out.
    List<Grant> stale = List.of(hr, Grant.of(Role.ADMIN));
    assertThat(authorizer.reach(new Principal("user:1", acme, List.of(hr), stale, "1"), acme, self))
        .containsExactly(hr);
  }

  @Test
  void principal_boundWrongly_isRefused() {
    assertThatThrownBy(() -> principal(acme, Grant.of(Role.OPERATOR)))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> principal(null, Grant.of(Role.ADMIN)))
        .isInstanceOf(InvalidPolicyException.class);
  }
}
