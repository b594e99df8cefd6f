package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ApiKeysTest {
  private final ObjectStore store = new InMemoryStore(Clock.systemUTC());
  private final AtomicLong nanos = new AtomicLong();
  private final TenantId acme = TenantId.random();
  private final ApiKeys keys = node(null);

  private ApiKeys node(String operatorKey) {
    return new ApiKeys(store, Clock.systemUTC(), new SecureRandom(), operatorKey, nanos::get);
  }

  @Test
  void authenticate_aTenantsKey_answersItsAdministrator() {
    IssuedApiKey key = keys.issueFor(acme);
    assertThat(keys.authenticate(key.plaintext()))
        .hasValue(new Principal("key:" + key.descriptor().keyId(), Role.ADMIN, acme));
  }

  @Test
  void authenticate_anOperatorsKey_answersAnOperatorOfNoTenant() {
    IssuedApiKey key = keys.issueForOperator();
    assertThat(keys.authenticate(key.plaintext()))
        .hasValueSatisfying(
            principal -> {
              assertThat(principal.role()).isEqualTo(Role.OPERATOR);
              assertThat(principal.tenant()).isNull();
            });
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
    keys.revoke(key.descriptor().keyId());

    assertThat(keys.authenticate(key.plaintext())).isEmpty();
    nanos.addAndGet(1_000_000_000L);
    assertThat(other.authenticate(key.plaintext())).isEmpty();
    assertThatThrownBy(() -> keys.revoke(key.descriptor().keyId()))
        .isInstanceOf(ApiKeyNotFoundException.class);
  }

  @Test
  void revokeAllOf_aTenant_sparesTheOthers() {
    IssuedApiKey one = keys.issueFor(acme);
    IssuedApiKey two = keys.issueFor(acme);
    IssuedApiKey other = keys.issueFor(TenantId.random());
    keys.revokeAllOf(acme);

    assertThat(keys.list(acme)).isEmpty();
    assertThat(keys.authenticate(one.plaintext())).isEmpty();
    assertThat(keys.authenticate(two.plaintext())).isEmpty();
    assertThat(keys.authenticate(other.plaintext())).isPresent();
  }

  @Test
  void list_answersTheKeysOfOneTenant() {
    IssuedApiKey one = keys.issueFor(acme);
    keys.issueFor(TenantId.random());
    keys.issueForOperator();
    assertThat(keys.list(acme)).containsExactly(one.descriptor());
    assertThat(keys.list(null)).hasSize(1);
  }

  @Test
  void hasOperator_byConfigurationOrByKey() {
    assertThat(keys.hasOperator()).isFalse();
    assertThat(node("a-configured-operator-key").hasOperator()).isTrue();
    keys.issueForOperator();
    assertThat(keys.hasOperator()).isTrue();
  }

  @Test
  void configuredOperatorKey_authenticatesOnItsNode() {
    ApiKeys configured = node("a-configured-operator-key");
    assertThat(configured.authenticate("a-configured-operator-key"))
        .hasValue(new Principal("key:configured", Role.OPERATOR, null));
    assertThat(configured.authenticate("a-configured-operator-kez")).isEmpty();
    assertThat(keys.authenticate("a-configured-operator-key")).isEmpty();
  }

  @Test
  void configuredOperatorKey_tooShort_isRefusedNamingTheVariable() {
    assertThatThrownBy(() -> node("short"))
        .isInstanceOf(InvalidApiKeyException.class)
        .hasMessageContaining("AKIDB_ADMIN_API_KEY")
        .hasMessageNotContaining("short ");
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
  void constructor_ofEveryday_usesTheSystemsTicker() {
    ApiKeys everyday = new ApiKeys(store, Clock.systemUTC(), new SecureRandom(), null);
    assertThat(everyday.authenticate(keys.issueFor(acme).plaintext())).isPresent();
  }
}
