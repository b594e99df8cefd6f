package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Keys of a tenant and of its users: made, recognised, listed, rotated, revoked. */
class ApiKeysTest extends ApiKeysFixture {
  @Test
  void authenticate_aTenantsKey_answersItsAdministrator() {
    IssuedApiKey key = keys.issueFor(acme);
    assertThat(keys.authenticate(key.plaintext()))
        .hasValue(
            new Principal(
                "key:" + key.descriptor().keyId(),
                acme,
                List.of(Grant.of(Role.ADMIN)),
                null,
                key.descriptor().keyId()));
  }

  @Test
  void authenticate_aKeyWithAnEnd_tellsIt() {
    String end = now.get().plusSeconds(60).toString();
    IssuedApiKey key = keys.issue(acme, null, List.of(Grant.of(Role.VIEWER)), null, end);
    User user = users().create(acme, User.Kind.USER, "a@b.c", List.of(Grant.of(Role.VIEWER)));
    IssuedApiKey users = keys.issue(acme, user.userId(), null, null, end);
    for (IssuedApiKey each : List.of(key, users)) {
      assertThat(keys.authenticate(each.plaintext()).orElseThrow().expiresAt())
          .isEqualTo(Instant.parse(end));
    }
  }

  private void fillWithOthers(int count) {
    for (int i = 0; i < count; i++) {
      String id = "%016x".formatted(i);
      store.put("akidb/system/api-keys-of/" + acme.value() + "/" + id, new byte[0]);
    }
  }

  @Test
  void boundOfKeys_countsNoneThatHaveEndedOrWhoseUserIsDeleted() {
    List<Grant> grants = List.of(Grant.of(Role.VIEWER));
    String end = now.get().plusSeconds(60).toString();
    User user = users().create(acme, User.Kind.USER, "a@b.c", grants);
    IssuedApiKey ending = keys.issue(acme, null, grants, null, end);
    IssuedApiKey orphan = keys.issue(acme, user.userId(), null, null, null);
    IssuedApiKey good = keys.issueFor(acme);
    fillWithOthers(ApiKeys.KEYS_MAX - 3);
    assertThatThrownBy(() -> keys.issueFor(acme))
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageStartingWith("max_api_keys: ");

    now.updateAndGet(instant -> instant.plusSeconds(60));
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(keys.issueFor(acme)).isNotNull();
    users().delete(acme, user.userId());
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(keys.issueFor(acme)).isNotNull();

    for (IssuedApiKey gone : List.of(ending, orphan)) {
      assertThatThrownBy(() -> keys.get(acme, gone.descriptor().keyId()))
          .isInstanceOf(ApiKeyNotFoundException.class);
    }
    assertThat(keys.authenticate(good.plaintext())).isPresent();
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThatThrownBy(() -> keys.requireRoom(acme)).isInstanceOf(QuotaExceededException.class);
  }

  @Test
  void boundOfKeys_countsWhatACrashLeftOfOnesThatWereNotMadeForAnHourOnly() {
    IssuedApiKey good = keys.issueFor(acme);
    fillWithOthers(ApiKeys.KEYS_MAX - 1);
    assertThatThrownBy(() -> keys.issueFor(acme)).isInstanceOf(QuotaExceededException.class);

    now.updateAndGet(instant -> instant.plus(KeyRoom.STRAY_AGE.multipliedBy(2)));
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(keys.issueFor(acme)).isNotNull();
    assertThat(keys.authenticate(good.plaintext())).isPresent();
    assertThat(store.list("akidb/system/api-keys-of/" + acme.value() + "/", null, 10).objects())
        .hasSize(2);
  }

  @Test
  void authenticate_anyChangedCharacter_isRefused() {
    String key = keys.issueFor(acme).plaintext();
    for (int i = 0; i < key.length(); i++) {
      char other = key.charAt(i) == '0' ? '1' : '0';
      assertThat(keys.authenticate(key.substring(0, i) + other + key.substring(i + 1))).isEmpty();
    }
    assertThat(keys.authenticate(key + "0")).isEmpty();
    assertThat(keys.authenticate("")).isEmpty();
  }

  @Test
  void authenticate_hostileText_isRefusedWithoutAnError() {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      byte[] bytes = new byte[random.nextInt(90)];
      random.nextBytes(bytes);
      String text = "akidb_" + new String(bytes, StandardCharsets.ISO_8859_1);
      assertThat(keys.authenticate(text)).as("seed %d, round %d", seed, round).isEmpty();
    }
    assertThat(keys.authenticate("akidb_../../../../x_" + "a".repeat(43))).isEmpty();
  }

  @Test
  void bucket_neverHoldsTheSecret() {
    IssuedApiKey key = keys.issueFor(acme);
    String secret = key.plaintext().substring("akidb_0123456789abcdef_".length());
    store
        .list("", null, 1000)
        .objects()
        .forEach(
            object -> {
              String content =
                  new String(store.get(object.key(), 1 << 20).bytes(), StandardCharsets.UTF_8);
              assertThat(content).doesNotContain(secret);
              assertThat(object.key()).doesNotContain(secret);
            });
    assertThat(key.toString()).doesNotContain(secret);
  }

  @Test
  void revoke_onOneNode_holdsThereAtOnceAndElsewhereWithinASecond() {
    ApiKeys other = node(null);
    IssuedApiKey key = keys.issueFor(acme);
    assertThat(other.authenticate(key.plaintext())).isPresent();
    keys.revoke(acme, key.descriptor().keyId());

    assertThat(keys.authenticate(key.plaintext())).isEmpty();
    nanos.addAndGet(1_000_000_000L);
    assertThat(other.authenticate(key.plaintext())).isEmpty();
    assertThatThrownBy(() -> keys.revoke(acme, key.descriptor().keyId()))
        .isInstanceOf(ApiKeyNotFoundException.class);
  }

  @Test
  void revokeAllOf_aTenant_sparesTheOthers() {
    IssuedApiKey one = keys.issueFor(acme);
    IssuedApiKey two = keys.issueFor(acme);
    IssuedApiKey other = keys.issueFor(TenantId.random());
    keys.revokeAllOf(acme);

    assertThat(keys.list(acme, null, 10).items()).isEmpty();
    assertThat(keys.authenticate(one.plaintext())).isEmpty();
    assertThat(keys.authenticate(two.plaintext())).isEmpty();
    assertThat(keys.authenticate(other.plaintext())).isPresent();
  }

  @Test
  void list_answersTheKeysOfOneTenant() {
    IssuedApiKey one = keys.issueFor(acme);
    keys.issueFor(TenantId.random());
    keys.issueForOperator();
    assertThat(keys.list(acme, null, 10).items()).containsExactly(one.descriptor());
    assertThat(keys.list(null, null, 10).items()).hasSize(1);
  }

  @Test
  void authenticate_aCorruptDescriptor_saysSo() {
    IssuedApiKey key = keys.issueFor(acme);
    store.put(
        "akidb/system/api-keys/" + key.descriptor().keyId() + ".json",
        "{\"role\":".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> node(null).authenticate(key.plaintext()))
        .isInstanceOf(CorruptApiKeyException.class);
  }

  @Test
  void list_withADamagedKey_namesItAndShowsTheOthers() {
    IssuedApiKey whole = keys.issueFor(acme);
    String damaged = keys.issueFor(acme).descriptor().keyId();
    store.put("akidb/system/api-keys/" + damaged + ".json", "{".getBytes(StandardCharsets.UTF_8));
    PolicyPage<ApiKeyDescriptor> page = keys.list(acme, null, 10);
    assertThat(page.items()).containsExactly(whole.descriptor());
    assertThat(page.unreadable()).containsExactly(damaged);
  }

  @Test
  void constructor_ofEveryday_usesTheSystemsTicker() {
    ApiKeys everyday = new ApiKeys(store, users(), clock, new SecureRandom(), null);
    assertThat(everyday.authenticate(keys.issueFor(acme).plaintext())).isPresent();
  }

  @Test
  void key_ofAUser_mayWhatTheUserMayWithinItsLimits() {
    Users users = users();
    User alice = users.create(acme, User.Kind.USER, "a@b.c", List.of(Grant.of(Role.EDITOR)));
    List<Grant> limits = List.of(new Grant("viewer", "products", null, null));
    String plain = keys.issue(acme, alice.userId(), null, "laptop", null).plaintext();
    String limited = keys.issue(acme, alice.userId(), limits, null, null).plaintext();

    assertThat(keys.authenticate(plain).orElseThrow().grants()).isEqualTo(alice.grants());
    assertThat(keys.authenticate(plain).orElseThrow().limits()).isNull();
    assertThat(keys.authenticate(limited).orElseThrow().limits()).isEqualTo(limits);
    assertThat(keys.authenticate(limited).orElseThrow().id()).isEqualTo("user:" + alice.userId());

    users.delete(acme, alice.userId());
    nanos.addAndGet(1_000_000_000L);
    assertThat(keys.authenticate(plain)).isEmpty();
    assertThat(keys.authenticate(limited)).isEmpty();
    assertThatThrownBy(() -> keys.issue(acme, alice.userId(), null, null, null))
        .isInstanceOf(PolicyNotFoundException.class);
  }

  @Test
  void key_expiring_isRefusedFromThenOn() {
    List<Grant> grants = List.of(Grant.of(Role.VIEWER));
    String end = now.get().plusSeconds(60).toString();
    String key = keys.issue(acme, null, grants, null, end).plaintext();
    assertThat(keys.authenticate(key)).isPresent();
    now.updateAndGet(instant -> instant.plusSeconds(60));
    assertThat(keys.authenticate(key)).isEmpty();
  }

  @Test
  void rotate_withOverlap_bothWorkUntilItsEnd() {
    ApiKeys other = node(null);
    IssuedApiKey old = keys.issueFor(acme);
    assertThat(other.authenticate(old.plaintext())).isPresent();

    IssuedApiKey next = keys.rotate(acme, old.descriptor().keyId(), Duration.ofMinutes(10));

    nanos.addAndGet(1_000_000_000L);
    for (ApiKeys node : List.of(keys, other)) {
      assertThat(node.authenticate(old.plaintext())).isPresent();
      assertThat(node.authenticate(next.plaintext())).isPresent();
    }
    now.updateAndGet(instant -> instant.plusSeconds(600));
    for (ApiKeys node : List.of(keys, other)) {
      assertThat(node.authenticate(old.plaintext())).isEmpty();
      assertThat(node.authenticate(next.plaintext())).isPresent();
    }
    assertThatThrownBy(
            () -> keys.rotate(TenantId.random(), next.descriptor().keyId(), Duration.ZERO))
        .isInstanceOf(ApiKeyNotFoundException.class);
  }

  @Test
  void rotate_aKeyThatEndsEarlier_doesNotLengthenIt() {
    String end = now.get().plusSeconds(60).toString();
    IssuedApiKey old = keys.issue(acme, null, List.of(Grant.of(Role.VIEWER)), "n", end);
    IssuedApiKey next = keys.rotate(acme, old.descriptor().keyId(), Duration.ofDays(1));
    assertThat(keys.get(acme, old.descriptor().keyId()).expiresAt()).isEqualTo(end);
    assertThat(next.descriptor().expiresAt()).isEqualTo(end);
    assertThat(next.descriptor().name()).isEqualTo("n");
  }

  @Test
  void rotate_aKeyOfEarlierVersionsWhoseNameHasControlCharacters_takesThemOut() {
    IssuedApiKey old = keys.issue(acme, null, List.of(Grant.of(Role.VIEWER)), "night-ly", null);
    String key = "akidb/system/api-keys/" + old.descriptor().keyId() + ".json";
    String json = new String(store.get(key, 1 << 20).bytes(), StandardCharsets.UTF_8);
    store.put(key, json.replace("night-ly", "night\\nly").getBytes(StandardCharsets.UTF_8));

    String id = old.descriptor().keyId();
    assertThat(keys.get(acme, id).name()).isEqualTo("night\nly");
    assertThat(keys.rotate(acme, id, Duration.ZERO).descriptor().name()).isEqualTo("nightly");
  }

  @Test
  void list_pageByPage_namesEachKeyOnce() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.add(keys.issueFor(acme).descriptor().keyId());
    }
    List<String> seen = new ArrayList<>();
    String cursor = null;
    do {
      PolicyPage<ApiKeyDescriptor> page = keys.list(acme, cursor, 2);
      page.items().forEach(key -> seen.add(key.keyId()));
      cursor = page.nextCursor();
    } while (cursor != null);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(made);
    assertThatThrownBy(() -> keys.list(acme, "../..", 2))
        .isInstanceOf(InvalidPolicyException.class);
  }

  @Test
  void issue_outOfBounds_isRefused() {
    List<Grant> grants = List.of(Grant.of(Role.VIEWER));
    assertThatThrownBy(() -> keys.issue(acme, null, null, null, null))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> keys.issue(acme, null, grants, "n".repeat(129), null))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> keys.issue(acme, null, grants, "\u001b[31mred\nline", null))
        .isInstanceOf(InvalidPolicyException.class)
        .hasMessageContaining("control characters");
    assertThatThrownBy(() -> keys.issue(acme, null, grants, null, "soon"))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> keys.issue(null, null, grants, null, null))
        .isInstanceOf(InvalidPolicyException.class);
  }

  @Test
  void principalOf_andFingerprint_followTheKey() {
    IssuedApiKey key = keys.issueFor(acme);
    String id = key.descriptor().keyId();
    assertThat(keys.principalOf(id)).isEqualTo(keys.authenticate(key.plaintext()));
    assertThat(keys.fingerprint(id)).isPresent();
    assertThat(keys.principalOf("../x")).isEmpty();
    assertThat(keys.principalOf(ApiKeys.CONFIGURED_ID)).isEmpty();
    assertThat(keys.fingerprint(ApiKeys.CONFIGURED_ID)).isEmpty();
    ApiKeys configured = node("a-configured-operator-key");
    assertThat(configured.principalOf(ApiKeys.CONFIGURED_ID)).isPresent();
    assertThat(configured.fingerprint(ApiKeys.CONFIGURED_ID))
        .isPresent()
        .isNotEqualTo(node("another-configured-key").fingerprint(ApiKeys.CONFIGURED_ID));
  }

  @Test
  void revoke_ofADamagedKey_removesIt() {
    String id = keys.issueFor(acme).descriptor().keyId();
    store.put("akidb/system/api-keys/" + id + ".json", "{".getBytes(StandardCharsets.UTF_8));
    assertThat(keys.list(acme, null, 10).unreadable()).containsExactly(id);
    assertThatThrownBy(() -> keys.revoke(TenantId.random(), id))
        .isInstanceOf(ApiKeyNotFoundException.class);

    keys.revoke(acme, id);

    assertThat(keys.list(acme, null, 10).unreadable()).isEmpty();
    assertThat(store.list("akidb/system/api-keys", null, 10).objects()).isEmpty();
  }
}
