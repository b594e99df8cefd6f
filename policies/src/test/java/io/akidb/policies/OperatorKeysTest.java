package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The platform's own keys: in the bucket and from the configuration. */
class OperatorKeysTest extends ApiKeysFixture {
  @Test
  void authenticate_anOperatorsKey_answersAnOperatorOfNoTenant() {
    IssuedApiKey key = keys.issueForOperator();
    assertThat(keys.authenticate(key.plaintext()))
        .hasValueSatisfying(
            principal -> {
              assertThat(principal.isOperator()).isTrue();
              assertThat(principal.grants()).containsExactly(Grant.of(Role.OPERATOR));
            });
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
        .hasValueSatisfying(
            principal -> {
              assertThat(principal.id()).isEqualTo("key:configured");
              assertThat(principal.isOperator()).isTrue();
            });
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
  void hasOperator_whoseKeyIsDamaged_isNoReasonToMakeAnother() {
    String damaged = keys.issueForOperator().descriptor().keyId();
    store.put("akidb/system/api-keys/" + damaged + ".json", "{".getBytes(StandardCharsets.UTF_8));
    assertThat(keys.hasOperator()).isTrue();
  }

  @Test
  void keyOfEarlierBuckets_withARoleAndNoOwner_stillWorksAndIsFound() {
    IssuedApiKey made = keys.issueForOperator();
    String id = made.descriptor().keyId();
    String old =
        "{'key_id':'ID','tenant_id':null,'role':'operator','secret_sha256':'HASH','created_at':'x'}"
            .replace("ID", id)
            .replace("HASH", made.descriptor().secretSha256())
            .replace('\'', '"');
    store.put("akidb/system/api-keys/" + id + ".json", old.getBytes(StandardCharsets.UTF_8));
    store.delete("akidb/system/api-keys-of/platform/" + id);

    ApiKeys node = node(null);
    assertThat(node.authenticate(made.plaintext()).orElseThrow().isOperator()).isTrue();
    assertThat(node.hasOperator()).isTrue();
    assertThat(node.list(null, null, 10).items()).hasSize(1);
  }
}
