package io.akidb.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.ObjectKeys;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantNamespaceTest {
  private static final String HOSTILE_ALPHABET = "a0-_./\\ %\0\n:*?~é\u202e{}'\"$;|<>&A=";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "../b",
        "a/b",
        "a\\b",
        "a b",
        "A",
        "é",
        "a\0",
        "a\n",
        "-a",
        "_a",
        "%2e%2e",
        "a.b",
        "a:b",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void collectionName_hostile_isRefusedNamingTheField(String name) {
    assertThatThrownBy(() -> new CollectionName(name))
        .isInstanceOf(InvalidNameException.class)
        .hasMessageStartingWith("name must be")
        .satisfies(e -> assertThat(((InvalidNameException) e).field()).isEqualTo("name"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Default",
        "../default",
        "5E0C3B3A-6E0F-4B43-9E60-0A4B5C6D7E8F",
        "5e0c3b3a-6e0f-1b43-9e60-0a4b5c6d7e8f",
        "5e0c3b3a-6e0f-4b43-9e60-0a4b5c6d7e8f/"
      })
  void tenantId_notAUuidV4_isRefused(String id) {
    assertThatThrownBy(() -> new TenantId(id))
        .isInstanceOf(InvalidNameException.class)
        .hasMessageContaining("tenant_id");
  }

  @Test
  void keys_ofHostileNames_neverLeaveTheTenantsPrefix() {
    long seed = 20261121;
    Random random = new Random(seed);
    int accepted = 0;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder name = new StringBuilder();
      int length = random.nextInt(12);
      for (int i = 0; i < length; i++) {
        name.append(HOSTILE_ALPHABET.charAt(random.nextInt(HOSTILE_ALPHABET.length())));
      }
      CollectionName collection;
      try {
        collection = new CollectionName(name.toString());
      } catch (InvalidNameException e) {
        continue;
      }
      accepted++;
      TenantNamespace namespace = new TenantContext(TenantId.random(), "test").namespace();
      for (String key : keys(namespace, collection)) {
        assertThat(key).as("seed %d", seed).startsWith(namespace.prefix());
        assertThat(ObjectKeys.requireValid(key)).isEqualTo(key);
        assertThat(key.substring(namespace.prefix().length())).doesNotContain("..");
      }
    }
    assertThat(accepted).isGreaterThan(50);
  }

  private static List<String> keys(TenantNamespace namespace, CollectionName collection) {
    UUID id = UUID.randomUUID();
    return List.of(
        namespace.tenantManifestKey(),
        namespace.headKey(collection),
        namespace.generationKey(collection, 7),
        namespace.segmentKey(collection, id),
        namespace.pageKey(collection, id),
        namespace.shardKey(collection, id, 3),
        namespace.indexKey(collection, id),
        namespace.routerKey(collection, id),
        namespace.codebookKey(collection, id),
        namespace.tombstonesKey(collection, id),
        namespace.buildRequestKey(collection, id),
        namespace.deadLetterKey(collection, id));
  }

  @Test
  void prefixes_ofTwoTenants_neverContainEachOther() {
    TenantNamespace one = new TenantNamespace(TenantId.random());
    TenantNamespace other = new TenantNamespace(TenantId.DEFAULT);
    assertThat(one.prefix()).endsWith("/").doesNotStartWith(other.prefix());
    assertThat(other.prefix()).isEqualTo("akidb/tenants/default/").doesNotStartWith(one.prefix());
  }

  @Test
  void generationKeys_sortAsNumbers() {
    TenantNamespace namespace = new TenantNamespace(TenantId.DEFAULT);
    CollectionName products = new CollectionName("products");
    assertThat(namespace.generationKey(products, 9))
        .isLessThan(namespace.generationKey(products, 10))
        .startsWith(namespace.generationsPrefix(products));
  }

  @Test
  void names_sortAndPrintAsTheirText() {
    assertThat(new CollectionName("a")).isLessThan(new CollectionName("b")).hasToString("a");
    assertThat(TenantId.DEFAULT)
        .isEqualByComparingTo(new TenantId("default"))
        .hasToString("default");
  }
}
