package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store promises of its reads, writes and deletes; see {@link ObjectStore}. */
public abstract class ObjectStoreContract extends ListingContract {
  // More than one chunk or part of any implementation.
  private static final int LARGE = 20_000_003;

  @TempDir Path folder;

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void put_thenEveryRead_seesOneVersion() throws IOException {
    ObjectMetadata put = store.put("a/b.c", bytes("hello"));

    ObjectMetadata head = store.head("a/b.c").orElseThrow();
    ObjectContent content = store.get("a/b.c", 5);
    assertThat(put.key()).isEqualTo("a/b.c");
    assertThat(put.size()).isEqualTo(5);
    assertThat(content.bytes()).isEqualTo(bytes("hello"));
    assertThat(content.metadata()).isEqualTo(head);
    for (ObjectMetadata seen :
        List.of(
            head,
            store.list("", null, 10).objects().get(0),
            store.getToFile("a/b.c", folder.resolve("target")))) {
      assertThat(seen.key()).isEqualTo("a/b.c");
      assertThat(seen.size()).isEqualTo(5);
      assertThat(seen.etag()).isEqualTo(put.etag());
      // A write's answer, a head and a listing may be more or less exact.
      assertThat(Duration.between(seen.modifiedAt(), put.modifiedAt()).abs())
          .isLessThan(Duration.ofMinutes(1));
    }
    assertThat(Files.readString(folder.resolve("target"))).isEqualTo("hello");
  }

  @Test
  void put_overAnObject_replacesContentAndTag() {
    String one = store.put("a", bytes("one")).etag();

    String two = store.put("a", bytes("two")).etag();

    assertThat(two).isNotEqualTo(one);
    assertThat(text("a")).isEqualTo("two");
    assertThat(store.list("", null, 10).objects()).hasSize(1);
  }

  @Test
  void put_ofNothing_isAnEmptyObject() throws IOException {
    store.put("empty", new byte[0]);

    assertThat(store.head("empty").orElseThrow().size()).isZero();
    assertThat(store.get("empty", 0).bytes()).isEmpty();
    assertThat(store.getRange("empty", 0, 0)).isEmpty();
    try (InputStream in = store.open("empty")) {
      assertThat(in.read()).isEqualTo(-1);
    }
    store.getToFile("empty", folder.resolve("empty"));
    assertThat(folder.resolve("empty")).isEmptyFile();
  }

  @Test
  void put_keepsNoHoldOnTheArray() {
    byte[] mine = bytes("one");
    store.put("a", mine);
    mine[0] = 'X';
    store.get("a", 10).bytes()[0] = 'Y';

    assertThat(text("a")).isEqualTo("one");
  }

  @Test
  void putFile_largeAndSmall_isReadBackWhole() throws IOException {
    byte[] large = random(1, LARGE);
    Path file = Files.write(folder.resolve("large"), large);

    ObjectMetadata put = store.putFile("dir/large", file);
    store.putFile("dir/small", Files.writeString(folder.resolve("small"), "small"));

    assertThat(put.size()).isEqualTo(LARGE);
    assertThat(store.head("dir/large").orElseThrow().etag()).isEqualTo(put.etag());
    assertThat(text("dir/small")).isEqualTo("small");
    assertThat(store.get("dir/large", LARGE).bytes()).isEqualTo(large);
    assertThat(store.getRange("dir/large", 3, LARGE - 5))
        .isEqualTo(java.util.Arrays.copyOfRange(large, 3, LARGE - 2));
    assertThat(store.getToFile("dir/large", folder.resolve("copy")).etag()).isEqualTo(put.etag());
    assertThat(folder.resolve("copy")).hasBinaryContent(large);
    try (InputStream in = store.open("dir/large")) {
      assertThat(in.readAllBytes()).isEqualTo(large);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void putFile_ofMissingFile_failsAndLeavesTheObject() {
    store.put("a", bytes("one"));

    assertThatThrownBy(() -> store.putFile("a", folder.resolve("missing")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("missing");
    assertThat(text("a")).isEqualTo("one");
  }

  @Test
  void reads_ofMissingObject_sayNotFound() {
    store.put("there/below", bytes("x"));

    for (String key : List.of("missing", "there", "there/below2", "no/such/folder/at/all")) {
      List<Consumer<ObjectStore>> reads =
          List.of(
              s -> s.get(key, 10),
              s -> s.getIfChanged(key, "tag", 10),
              s -> s.getRange(key, 0, 1),
              s -> s.getRange(key, 0, 0),
              s -> s.open(key),
              s -> s.getToFile(key, folder.resolve("target")));
      for (Consumer<ObjectStore> read : reads) {
        assertThatThrownBy(() -> read.accept(store))
            .isInstanceOf(ObjectNotFoundException.class)
            .hasMessageContaining(key);
      }
      assertThat(store.head(key)).isEmpty();
    }
    assertThat(folder.resolve("target")).doesNotExist();
  }

  @Test
  void get_ofMoreThanAsked_refuses() {
    store.put("a", bytes("12345"));

    assertThatThrownBy(() -> store.get("a", 4)).isInstanceOf(ObjectTooLargeException.class);
    assertThatThrownBy(() -> store.getIfChanged("a", "other", 4))
        .isInstanceOf(ObjectTooLargeException.class);
    assertThat(store.get("a", 5).bytes()).hasSize(5);
  }

  @Test
  void getIfChanged_onSameTag_answersNull() {
    String tag = store.put("a", bytes("one")).etag();

    assertThat(store.getIfChanged("a", tag, 10)).isNull();
    String next = store.put("a", bytes("two")).etag();
    ObjectContent changed = store.getIfChanged("a", tag, 10);
    assertThat(changed.bytes()).isEqualTo(bytes("two"));
    assertThat(changed.metadata().etag()).isEqualTo(next);
  }

  @Test
  void getRange_withinAndOutside() {
    store.put("a", bytes("0123456789"));

    assertThat(store.getRange("a", 0, 10)).isEqualTo(bytes("0123456789"));
    assertThat(store.getRange("a", 3, 4)).isEqualTo(bytes("3456"));
    assertThat(store.getRange("a", 9, 1)).isEqualTo(bytes("9"));
    assertThat(store.getRange("a", 4, 0)).isEmpty();
    assertThat(store.getRange("a", 10, 0)).isEmpty();
    long[][] outside = {{0, 11}, {9, 2}, {10, 1}, {11, 0}, {-1, 2}, {0, -1}, {Long.MAX_VALUE, 5}};
    for (long[] range : outside) {
      assertThatThrownBy(() -> store.getRange("a", range[0], (int) range[1]))
          .as("%s", java.util.Arrays.toString(range))
          .isInstanceOf(InvalidRequestException.class);
    }
  }

  @Test
  void open_readsPieceByPieceAndByte() throws IOException {
    store.put("a", bytes("0123456789"));

    try (InputStream in = store.open("a")) {
      assertThat(in.read()).isEqualTo('0');
      assertThat(in.readNBytes(4)).isEqualTo(bytes("1234"));
      assertThat(in.skip(2)).isEqualTo(2);
      assertThat(in.readAllBytes()).isEqualTo(bytes("789"));
    }
  }

  @Test
  void open_whileReplaced_neverMixesVersions() throws IOException {
    byte[] one = random(1, LARGE);
    store.putFile("a", Files.write(folder.resolve("one"), one));

    try (InputStream in = store.open("a")) {
      byte[] head = in.readNBytes(1000);
      store.putFile("a", Files.write(folder.resolve("two"), random(2, LARGE)));
      assertThat(head).isEqualTo(java.util.Arrays.copyOf(one, 1000));
      try {
        assertThat(in.readAllBytes()).isEqualTo(java.util.Arrays.copyOfRange(one, 1000, LARGE));
      } catch (StoreUnavailableException e) {
        assertThat(e).hasMessageContaining("replaced");
      }
    }
  }

  @Test
  void getToFile_overAFile_replacesIt() throws IOException {
    Path target = Files.writeString(folder.resolve("target"), "a longer text from before");
    store.put("a", bytes("new"));

    store.getToFile("a", target);

    assertThat(Files.readString(target)).isEqualTo("new");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void getToFile_intoMissingFolder_failsOtherThanNotFound() {
    store.put("a", bytes("new"));

    assertThatThrownBy(() -> store.getToFile("a", folder.resolve("no/such/folder")))
        .isInstanceOf(ObjectStoreException.class)
        .isNotInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void delete_removes_andToleratesMissing() {
    store.put("a/b", bytes("one"));
    store.put("a/c", bytes("one"));

    store.delete("a/b");
    store.delete("a/b");
    store.delete("a");
    store.delete("no/such");

    assertThat(store.head("a/b")).isEmpty();
    assertThat(store.list("", null, 10).objects())
        .extracting(ObjectMetadata::key)
        .containsExactly("a/c");
  }

  static List<String> badKeys() {
    return List.of(
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/./b",
        ".hidden",
        "a/.b",
        "a b",
        "ä",
        "a\\b",
        "a\nb",
        "a\u0000b",
        "a*",
        "x".repeat(201),
        "abc/".repeat(200) + "x");
  }

  @ParameterizedTest
  @MethodSource("badKeys")
  void everyMethod_onBadKey_refuses(String key) {
    List<Consumer<ObjectStore>> calls =
        List.of(
            s -> s.put(key, bytes("x")),
            s -> s.putFile(key, folder.resolve("x")),
            s -> s.putIfAbsent(key, bytes("x")),
            s -> s.compareAndSwap(key, "tag", bytes("x")),
            s -> s.head(key),
            s -> s.get(key, 10),
            s -> s.getIfChanged(key, "tag", 10),
            s -> s.getRange(key, 0, 1),
            s -> s.open(key),
            s -> s.getToFile(key, folder.resolve("x")),
            s -> s.delete(key));
    for (Consumer<ObjectStore> call : calls) {
      assertThatThrownBy(() -> call.accept(store))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("key");
    }
    assertThat(store.list("", null, 10).objects()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"A-Z_a.z=0", "a/b/c/d/e/f/g", "year=2026/part-0.avro", "--/__"})
  void oddButValidKeys_work(String key) {
    store.put(key, bytes(key));

    assertThat(text(key)).isEqualTo(key);
    assertThat(store.list(key, null, 10).objects()).hasSize(1);
  }

  @Test
  void longestKey_works() {
    List<String> parts = new ArrayList<>();
    for (String part : List.of("a", "b", "c")) {
      parts.add(part.repeat(200));
    }
    String key = String.join("/", parts) + "/" + "d".repeat(97);
    assertThat(key).hasSize(ObjectKeys.KEY_LENGTH_MAX);

    store.put(key, bytes("x"));

    assertThat(text(key)).isEqualTo("x");
  }

  @Test
  void location_isToldWithoutCredentials() {
    assertThat(store.location()).isNotBlank().doesNotContainIgnoringCase("secret");
  }

  @Test
  void everyMethod_afterClose_fails() {
    store.put("a", bytes("x"));
    store.close();
    List<Consumer<ObjectStore>> calls =
        List.of(
            s -> s.put("a", bytes("x")),
            s -> s.putIfAbsent("a", bytes("x")),
            s -> s.compareAndSwap("a", "tag", bytes("x")),
            s -> s.head("a"),
            s -> s.get("a", 10),
            s -> s.getRange("a", 0, 1),
            s -> s.open("a"),
            s -> s.list("", null, 1),
            s -> s.listFolders("", null, 1),
            s -> s.delete("a"));
    for (Consumer<ObjectStore> call : calls) {
      assertThatThrownBy(() -> call.accept(store))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("closed");
    }
    store.close();
  }
}
