package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What every store promises of its listings. */
public abstract class ListingContract extends CompareAndSwapContract {

  private List<String> keys(String prefix, int limit) {
    List<String> keys = new ArrayList<>();
    String after = null;
    do {
      ListPage page = store.list(prefix, after, limit);
      assertThat(page.objects()).hasSizeLessThanOrEqualTo(limit);
      page.objects().forEach(object -> keys.add(object.key()));
      after = page.nextStartAfter();
    } while (after != null);
    return keys;
  }

  private List<String> folders(String prefix, int limit) {
    List<String> names = new ArrayList<>();
    String after = null;
    do {
      FolderPage page = store.listFolders(prefix, after, limit);
      assertThat(page.names()).hasSizeLessThanOrEqualTo(limit);
      names.addAll(page.names());
      after = page.nextStartAfter();
    } while (after != null);
    return names;
  }

  private void putAll(String... keys) {
    for (String key : keys) {
      store.put(key, bytes(key));
    }
  }

  @Test
  void list_ofEmptyBucket_isEmpty() {
    assertThat(keys("", 10)).isEmpty();
    assertThat(keys("no/such/", 10)).isEmpty();
    assertThat(folders("", 10)).isEmpty();
    assertThat(folders("no/such/", 10)).isEmpty();
  }

  @Test
  void list_isInOrderOfBytes() {
    putAll("b", "a/b", "a-b/c", "a.b", "a0", "B", "_", "a/a/z", "a/a-z", "a=");

    assertThat(keys("", 1000))
        .containsExactly("B", "_", "a-b/c", "a.b", "a/a-z", "a/a/z", "a/b", "a0", "a=", "b");
  }

  @Test
  void list_byPrefix_needNotEndAtSlash() {
    putAll("abc/1", "abc/2", "abd", "ab/1", "b/abc");

    assertThat(keys("abc", 10)).containsExactly("abc/1", "abc/2");
    assertThat(keys("ab", 10)).containsExactly("ab/1", "abc/1", "abc/2", "abd");
    assertThat(keys("abc/", 10)).containsExactly("abc/1", "abc/2");
    assertThat(keys("abc/2", 10)).containsExactly("abc/2");
    assertThat(keys("abd", 10)).containsExactly("abd");
    assertThat(keys("c", 10)).isEmpty();
  }

  @Test
  void list_inPagesOfAnySize_isTheWholeList() {
    long seed = 20261121;
    Random random = new Random(seed);
    TreeSet<String> all = new TreeSet<>();
    String[] parts = {"a", "b", "a-a", "a.b", "z_"};
    for (int i = 0; i < 60; i++) {
      StringBuilder key = new StringBuilder();
      for (int depth = random.nextInt(3); depth > 0; depth--) {
        key.append(parts[random.nextInt(parts.length)]).append('/');
      }
      all.add(key.append("f").append(random.nextInt(40)).toString());
    }
    all.forEach(key -> store.put(key, bytes(key)));

    for (int limit : new int[] {1, 7, all.size(), 1000}) {
      assertThat(keys("", limit))
          .as("seed %d, limit %d", seed, limit)
          .containsExactlyElementsOf(all);
    }
    assertThat(keys("a/", 3))
        .containsExactlyElementsOf(all.stream().filter(key -> key.startsWith("a/")).toList());
  }

  @Test
  void list_startsAfterAnyText() {
    putAll("a/1", "a/2", "b/1");

    assertThat(store.list("", "a/1", 10).objects())
        .extracting(ObjectMetadata::key)
        .containsExactly("a/2", "b/1");
    assertThat(store.list("", "a/15", 10).objects()).hasSize(2);
    assertThat(store.list("", "a", 10).objects()).hasSize(3);
    assertThat(store.list("b/", "a/2", 10).objects()).hasSize(1);
    assertThat(store.list("a/", "b", 10).objects()).isEmpty();
    assertThat(store.list("", "z", 10).objects()).isEmpty();
  }

  @Test
  void list_afterWritesAndDeletes_isUpToDate() {
    putAll("a/1", "a/2");
    store.delete("a/1");
    store.put("a/3", bytes("x"));

    assertThat(keys("a/", 10)).containsExactly("a/2", "a/3");
    store.delete("a/2");
    store.delete("a/3");
    assertThat(keys("", 10)).isEmpty();
    assertThat(folders("", 10)).isEmpty();
  }

  @Test
  void listFolders_tellsDirectOnesInOrderOfTheirKeys() {
    putAll("t/b/1", "t/b/2", "t/a/x/y", "t/a-b/1", "t/a.c/1", "t/file", "t/a0", "u/c/1", "t/B/1");

    // '-' and '.' come before '/', so "a-b/..." comes before "a/...".
    for (int limit : new int[] {1, 2, 3, 5, 1000}) {
      assertThat(folders("t/", limit))
          .as("limit %d", limit)
          .containsExactly("B", "a-b", "a.c", "a", "b");
    }
    assertThat(folders("", 10)).containsExactly("t", "u");
    assertThat(folders("t/a/", 10)).containsExactly("x");
    assertThat(folders("t/b/", 10)).isEmpty();
    assertThat(store.listFolders("t/", "a.c", 10).names()).containsExactly("a", "b");
    assertThat(store.listFolders("t/", "a", 10).names()).containsExactly("b");
    assertThat(store.listFolders("t/", "zz", 10).names()).isEmpty();
  }

  @Test
  void listFolders_amongManyObjects_findsAll() {
    for (int i = 0; i < 30; i++) {
      putAll("t/" + (i % 10 == 0 ? "d" + i + "/x" : "f" + i));
    }
    putAll("t/z/last");

    assertThat(folders("t/", 2)).containsExactly("d0", "d10", "d20", "z");
  }

  @Test
  void list_withBadArguments_refuses() {
    for (int limit : new int[] {0, -1, 1001}) {
      assertThatThrownBy(() -> store.list("", null, limit))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("1000");
      assertThatThrownBy(() -> store.listFolders("", null, limit))
          .isInstanceOf(InvalidRequestException.class);
    }
    for (String prefix : List.of("/", "a//", ".x", "../", "a b")) {
      assertThatThrownBy(() -> store.list(prefix, null, 10))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("prefix");
      assertThatThrownBy(() -> store.listFolders(prefix, null, 10))
          .isInstanceOf(InvalidRequestException.class);
    }
    assertThatThrownBy(() -> store.listFolders("no-slash", null, 10))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("slash");
  }
}
