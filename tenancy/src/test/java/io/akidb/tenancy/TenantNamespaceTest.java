package io.akidb.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.objectstore.ObjectKeys;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  @ParameterizedTest
  @ValueSource(longs = {20261121, 1, 2})
  void keys_ofHostileNames_neverLeaveTheTenantsPrefix(long seed) throws Exception {
    Random random = new Random(seed);
    int accepted = 0;
    for (int round = 0; round < 20_000; round++) {
      Optional<CollectionName> name = accepted(hostile(random, 12));
      if (name.isEmpty()) {
        continue;
      }
      accepted++;
      TenantNamespace namespace = new TenantContext(TenantId.random(), "test").namespace();
      TenantNamespace other = new TenantNamespace(TenantId.random());
      for (String key : everyKey(namespace, name.get(), random)) {
        assertThat(key)
            .as("seed %d", seed)
            .startsWith(namespace.prefix())
            .doesNotStartWith(other.prefix())
            .doesNotContain("..", "//", "\\", "%");
        String object = key.endsWith("/") ? key + "x" : key;
        assertThat(ObjectKeys.requireValid(object)).isEqualTo(object);
      }
    }
    assertThat(accepted).isGreaterThan(50);
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9})
  void keys_ofTwoCollections_areNeverTheSameNorBelowEachOther(long seed) throws Exception {
    Random random = new Random(seed);
    TenantNamespace namespace = new TenantNamespace(TenantId.DEFAULT);
    for (int round = 0; round < 300; round++) {
      CollectionName one = harmless(random);
      CollectionName two = harmless(random);
      if (one.equals(two)) {
        continue;
      }
      String prefix = namespace.collectionPrefix(two);
      for (String key : everyKey(namespace, one, random)) {
        assertThat(key).as("seed %d: %s, %s", seed, one, two).doesNotStartWith(prefix);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void ids_mutilatedAtRandom_areRefusedOrHarmless(long seed) {
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder id = new StringBuilder(TenantId.random().value());
      id.setCharAt(
          random.nextInt(id.length()),
          HOSTILE_ALPHABET.charAt(random.nextInt(HOSTILE_ALPHABET.length())));
      try {
        TenantId accepted = new TenantId(id.toString());
        assertThat(accepted.value()).as("seed %d", seed).matches("[0-9a-f-]{36}");
      } catch (InvalidNameException e) {
        refused++;
        assertThat(e.getMessage()).doesNotContain(id);
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"../x\"", "\"a/b\"", "\"\"", "\"A\"", "\"a\\u0000\"", "7", "{}", "[]"})
  void names_readFromJson_passTheSameCheck(String json) {
    JsonMapper mapper = new JsonMapper();
    assertThatThrownBy(() -> mapper.readValue(json, TenantId.class))
        .isInstanceOf(JsonProcessingException.class);
    if (!json.equals("7")) { // which is a name, if not a string
      assertThatThrownBy(() -> mapper.readValue(json, CollectionName.class))
          .isInstanceOf(JsonProcessingException.class);
    }
  }

  private static String hostile(Random random, int lengthMax) {
    StringBuilder name = new StringBuilder();
    int length = random.nextInt(lengthMax);
    for (int i = 0; i < length; i++) {
      name.append(
          random.nextInt(20) == 0
              ? Character.toString(random.nextInt(Character.MAX_CODE_POINT + 1))
              : HOSTILE_ALPHABET.charAt(random.nextInt(HOSTILE_ALPHABET.length())));
    }
    return name.toString();
  }

  private static CollectionName harmless(Random random) {
    String alphabet = "ab0-_";
    StringBuilder name = new StringBuilder("a");
    for (int i = random.nextInt(4); i > 0; i--) {
      name.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return new CollectionName(name.toString());
  }

  private static Optional<CollectionName> accepted(String name) {
    try {
      return Optional.of(new CollectionName(name));
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  /** What every method answers that answers a text: also those that are added later. */
  private static List<String> everyKey(
      TenantNamespace namespace, CollectionName collection, Random random) throws Exception {
    List<String> keys = new ArrayList<>();
    for (Method method : TenantNamespace.class.getDeclaredMethods()) {
      if (method.getReturnType() != String.class
          || Modifier.isStatic(method.getModifiers())
          || method.isSynthetic()
          || method.getName().equals("toString")) {
        continue;
      }
      Object[] arguments =
          Arrays.stream(method.getParameterTypes())
              .map(type -> argument(type, collection, random))
              .toArray();
      keys.add((String) method.invoke(namespace, arguments));
    }
    assertThat(keys).hasSizeGreaterThan(20);
    return keys;
  }

  private static Object argument(Class<?> type, CollectionName collection, Random random) {
    if (type == CollectionName.class) {
      return collection;
    }
    if (type == UUID.class) {
      return new UUID(random.nextLong(), random.nextLong());
    }
    if (type == long.class) {
      return random.nextLong();
    }
    if (type == int.class) {
      return random.nextInt();
    }
    throw new AssertionError(
        "a key is formed of a " + type + ": give it a type of its own that cannot be hostile");
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
