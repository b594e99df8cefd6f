package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.tenancy.QuotaExceededException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys know the keys they come from. */
class KeyAncestryTest extends ApiKeysFixture {
  @Test
  void madeWith_followsKeysToTheirMakers() {
    IssuedApiKey root = keys.issueFor(acme);
    IssuedApiKey child = keys.issueFor(acme, keys.authenticate(root.plaintext()).orElseThrow());
    Principal maker = keys.authenticate(child.plaintext()).orElseThrow();
    IssuedApiKey grandchild =
        keys.rotate(
            acme,
            root.descriptor().keyId(),
            List.of(Grant.of(Role.ADMIN)),
            Duration.ofHours(1),
            maker);
    keys.issueFor(acme);

    assertThat(keys.madeWith(acme, root.descriptor().keyId()))
        .extracting(ApiKeyDescriptor::keyId)
        .containsExactlyInAnyOrder(child.descriptor().keyId(), grandchild.descriptor().keyId());
    assertThat(keys.madeWith(acme, grandchild.descriptor().keyId())).isEmpty();
    assertThat(child.descriptor().createdBy()).isEqualTo("key:" + root.descriptor().keyId());
    assertThat(keys.get(acme, child.descriptor().keyId())).isEqualTo(child.descriptor());
    assertThat(root.descriptor().createdWith()).isNull();
  }

  private IssuedApiKey madeBy(IssuedApiKey maker) {
    return keys.issueFor(acme, keys.authenticate(maker.plaintext()).orElseThrow());
  }

  @Test
  void madeWith_findsWhatRevokedKeysMade() {
    IssuedApiKey root = keys.issueFor(acme);
    IssuedApiKey last = madeBy(root);
    for (int i = 0; i < KeyAncestry.ANCESTORS_MAX + 20; i++) {
      IssuedApiKey next = madeBy(last);
      keys.revoke(acme, last.descriptor().keyId());
      last = next;
    }
    assertThat(keys.madeWith(acme, root.descriptor().keyId())).containsExactly(last.descriptor());
    assertThat(keys.get(acme, last.descriptor().keyId())).isEqualTo(last.descriptor());
  }

  @Test
  void madeWith_findsKeysThatWereRotatedAgainAndAgain() {
    IssuedApiKey root = keys.issueFor(acme);
    IssuedApiKey last = root;
    for (int i = 0; i < KeyAncestry.ANCESTORS_MAX + 20; i++) {
      Principal self = keys.authenticate(last.plaintext()).orElseThrow();
      String keyId = last.descriptor().keyId();
      last = keys.rotate(acme, keyId, last.descriptor().grants(), Duration.ZERO, self);
    }
    assertThat(keys.madeWith(acme, root.descriptor().keyId()))
        .hasSize(KeyAncestry.ANCESTORS_MAX + 20)
        .contains(last.descriptor());
  }

  @Test
  void key_madeByTooManyThatAreGood_isRefused() {
    IssuedApiKey last = keys.issueFor(acme);
    for (int i = 0; i <= KeyAncestry.ANCESTORS_MAX; i++) {
      last = madeBy(last);
    }
    IssuedApiKey maker = last;
    assertThat(maker.descriptor().ancestors()).hasSize(KeyAncestry.ANCESTORS_MAX);
    assertThatThrownBy(() -> madeBy(maker))
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageContaining("max_api_key_ancestors");
  }

  @Test
  void key_madeWithOneThatIsRevoked_isRefused() {
    IssuedApiKey root = keys.issueFor(acme);
    Principal maker = keys.authenticate(root.plaintext()).orElseThrow();
    keys.revoke(acme, root.descriptor().keyId());
    assertThatThrownBy(() -> keys.issueFor(acme, maker))
        .isInstanceOf(PolicyConflictException.class);
  }
}
