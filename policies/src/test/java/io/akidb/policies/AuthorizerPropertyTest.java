package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What must hold for any grants, whatever they are. */
class AuthorizerPropertyTest {
  private static final long SEED = 20261121;
  private static final int ROUNDS = 3_000;
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final List<String> NAMES = List.of("a", "ab", "abc", "b", "ba");
  private static final List<String> OWN = List.of("own-0", "own-1", "own-2", "own-3");

  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final Roles roles = new Roles(new InMemoryStore(clock), clock);
  private final Authorizer authorizer = new Authorizer(roles, clock);
  private final TenantId acme = TenantId.random();
  private final Random random = new Random(SEED);

  @BeforeEach
  void makeRoles() {
    for (String name : OWN) {
      Set<Permission> permissions = EnumSet.of(oneOf(List.of(Permission.values())));
      permissions.add(oneOf(List.of(Permission.values())));
      permissions.remove(Permission.PLATFORM_OPERATE);
      permissions.add(Permission.VECTORS_SEARCH);
      String filter = random.nextBoolean() ? "{\"n\":\"" + name + "\"}" : null;
      roles.create(acme, new Role(name, permissions, filter));
    }
  }

  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Grant grant(boolean lasting) {
    String role =
        random.nextInt(3) == 0 ? oneOf(OWN) : oneOf(List.of("admin", "editor", "viewer", "gone"));
    int scope = random.nextInt(3);
    String end = lasting || random.nextBoolean() ? null : "2026-11-21T11:59:59Z";
    return new Grant(role, scope == 1 ? oneOf(NAMES) : null, scope == 2 ? oneOf(NAMES) : null, end);
  }

  private List<Grant> grants() {
    List<Grant> grants = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      grants.add(grant(false));
    }
    return grants;
  }

  private Target target() {
    return random.nextInt(4) == 0 ? Target.tenant() : Target.of(new CollectionName(oneOf(NAMES)));
  }

  private Decision decide(
      List<Grant> grants, List<Grant> limits, Target target, Permission permission) {
    Principal principal = new Principal("user:1", acme, grants, limits, "1");
    return authorizer.decide(principal, acme, target, permission);
  }

  @Test
  void endOfAGrant_neverAllowsOrShowsMore() {
    for (int round = 0; round < ROUNDS; round++) {
      List<Grant> before = grants();
      before.add(grant(true));
      Grant last = before.get(before.size() - 1);
      List<Grant> after = new ArrayList<>(before.subList(0, before.size() - 1));
      after.add(
          new Grant(
              last.role(), last.collection(), last.collectionPrefix(), "2026-11-21T12:00:00Z"));
      Target target = target();
      Permission permission = oneOf(List.of(Permission.values()));

      Decision ended = decide(after, null, target, permission);
      if (ended.isAllowed()) {
        Decision lasting = decide(before, null, target, permission);
        assertThat(lasting.isAllowed()).as("seed %d round %d", SEED, round).isTrue();
        assertThat(ended.rowFilters()).containsAll(lasting.rowFilters());
      }
    }
  }

  @Test
  void furtherGrant_neverShowsWhatAnotherHides() {
    for (int round = 0; round < ROUNDS; round++) {
      List<Grant> few = grants();
      List<Grant> more = new ArrayList<>(few);
      more.add(grant(false));
      Target target = target();
      Permission permission = oneOf(List.of(Permission.values()));

      Decision withMore = decide(more, null, target, permission);
      Decision withFew = decide(few, null, target, permission);
      if (withMore.isAllowed() && withFew.isAllowed()) {
        assertThat(withMore.rowFilters())
            .as("seed %d round %d", SEED, round)
            .containsAll(withFew.rowFilters());
      }
    }
  }

  @Test
  void limitsOfAKey_neverWidenWhatItsUserMay() {
    for (int round = 0; round < ROUNDS; round++) {
      List<Grant> grants = grants();
      List<Grant> limits = grants();
      Target target = target();
      Permission permission = oneOf(List.of(Permission.values()));

      Decision limited = decide(grants, limits, target, permission);
      if (limited.isAllowed()) {
        for (List<Grant> alone : List.of(grants, limits)) {
          Decision decision = decide(alone, null, target, permission);
          assertThat(decision.isAllowed()).as("seed %d round %d", SEED, round).isTrue();
          assertThat(limited.rowFilters()).containsAll(decision.rowFilters());
        }
      }
    }
  }

  @Test
  void whoeverMayGrant_hasAllOfItItself() {
    int granted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<Grant> grants = grants();
      Grant wanted = grant(true);
      if (wanted.role().equals("gone")) {
        continue;
      }
      Principal giver = new Principal("user:1", acme, grants, null, "1");
      if (!authorizer.decideGrants(giver, acme, List.of(wanted)).isAllowed()) {
        continue;
      }
      granted++;
      for (String name : NAMES) {
        for (Permission permission : Permission.values()) {
          Target target = Target.of(new CollectionName(name));
          if (decide(List.of(wanted), null, target, permission).isAllowed()) {
            Decision own = decide(grants, null, target, permission);
            assertThat(own.isAllowed())
                .as("seed %d round %d: %s gives %s", SEED, round, grants, wanted)
                .isTrue();
            assertThat(own.rowFilters()).isEmpty();
          }
        }
      }
    }
    assertThat(granted).as("rounds in which something could be granted").isGreaterThan(50);
  }

  @Test
  void anotherTenantsPrincipal_isNeverToldAnything() {
    for (int round = 0; round < ROUNDS; round++) {
      Principal stranger = new Principal("user:1", TenantId.random(), grants(), null, "1");
      assertThat(
              authorizer
                  .decide(stranger, acme, target(), oneOf(List.of(Permission.values())))
                  .outcome())
          .isEqualTo(Decision.Outcome.NOT_YOURS);
    }
  }
}
