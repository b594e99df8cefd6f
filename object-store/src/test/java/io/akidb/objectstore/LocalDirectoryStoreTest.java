package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDirectoryStoreTest extends ObjectStoreContract {
  @TempDir Path bucket;

  @Override
  protected ObjectStore openEmpty() {
    return new LocalDirectoryStore(bucket, Clock.systemUTC());
  }

  @Test
  void open_createsMissingFolders() {
    Path deep = bucket.resolve("not/there/yet");

    try (ObjectStore created =
        ObjectStores.open(
            BucketConfig.fromEnvironment(java.util.Map.of(), deep.toString(), null))) {
      created.put("a", bytes("x"));
      assertThat(created.location()).endsWith("not/there/yet");
    }
    assertThat(deep.resolve("a")).hasContent("x");
  }

  @Test
  void open_whereAFileIs_isUnavailable() throws IOException {
    Path file = Files.writeString(bucket.resolve("file"), "x");

    assertThatThrownBy(() -> new LocalDirectoryStore(file, Clock.systemUTC()))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("file");
  }

  @Test
  void open_sweepsLeftoversOfCrashes_butNotWhatIsBeingWritten() throws IOException {
    Path incoming = bucket.resolve(".akidb-store/incoming");
    Path old = Files.writeString(incoming.resolve("old"), "torn");
    Path young = Files.writeString(incoming.resolve("young"), "being written");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));

    new LocalDirectoryStore(bucket, Clock.systemUTC()).close();

    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(store.list("", null, 10).objects()).isEmpty();
    assertThat(store.listFolders("", null, 10).names()).isEmpty();
  }

  @Test
  void write_leavesNoTemporaryFile_alsoWhenRefused() throws IOException {
    store.put("a", bytes("x"));
    assertThatThrownBy(() -> store.putIfAbsent("a", bytes("y")))
        .isInstanceOf(PreconditionFailedException.class);

    try (var files = Files.list(bucket.resolve(".akidb-store/incoming"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void tag_changesWithEveryWrite_whateverTheClockSays() {
    Clock stopped = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
    try (ObjectStore still = new LocalDirectoryStore(bucket, stopped)) {
      String one = still.put("a", bytes("same")).etag();
      String two = still.put("a", bytes("same")).etag();
      String three = still.compareAndSwap("a", two, bytes("same")).etag();

      assertThat(List.of(one, two, three)).doesNotHaveDuplicates();
      assertThatThrownBy(() -> still.compareAndSwap("a", two, bytes("same")))
          .isInstanceOf(PreconditionFailedException.class);
    }
    Clock past = Clock.fixed(Instant.parse("2020-01-01T00:00:00Z"), ZoneOffset.UTC);
    String before = store.head("a").orElseThrow().etag();
    try (ObjectStore late = new LocalDirectoryStore(bucket, past)) {
      assertThat(late.put("a", bytes("same")).etag()).isNotEqualTo(before);
    }
  }

  @Test
  void key_thatIsAFolderOfOthers_isRefused() {
    store.put("a/b", bytes("x"));

    for (String key : List.of("a", "a/b/c", "a/b/c/d")) {
      assertThatThrownBy(() -> store.put(key, bytes("y")))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("both an object and a folder");
    }
    assertThat(text("a/b")).isEqualTo("x");
  }

  @Test
  void filesThatNoKeyCanName_arePassedOver() throws IOException {
    store.put("t/x/a", bytes("x"));
    Files.writeString(bucket.resolve("t/x/.hidden"), "x");
    Files.writeString(bucket.resolve("t/with space"), "x");
    Files.createDirectories(bucket.resolve("t/only strange/files"));
    Files.createDirectories(bucket.resolve("t/strange"));
    Files.writeString(bucket.resolve("t/strange/~"), "x");
    Files.createSymbolicLink(bucket.resolve("t/link"), bucket.resolve("t/x/a"));

    assertThat(store.list("", null, 10).objects())
        .extracting(ObjectMetadata::key)
        .containsExactly("t/x/a");
    assertThat(store.listFolders("t/", null, 10).names()).containsExactly("x");
  }

  @Test
  void list_passesOverFoldersOutsideOfThePage() {
    for (String key : List.of("a/1", "a/b/1", "a/c/1", "b/1", "c/1", "c/d/1")) {
      store.put(key, bytes("x"));
    }

    assertThat(store.list("", "a/b/1", 2).objects())
        .extracting(ObjectMetadata::key)
        .containsExactly("a/c/1", "b/1");
    assertThat(store.list("a/c", null, 2).objects()).hasSize(1);
  }

  @Test
  void locks_heldForTooLong_areAnError() throws Exception {
    KeyLocks locks =
        new KeyLocks(Files.createDirectories(bucket.resolve("locks")), Duration.ofMillis(20));

    locks.withLock(
        "key",
        () -> {
          List<IOException> failures = new java.util.ArrayList<>();
          Thread other =
              new Thread(
                  () -> {
                    try {
                      locks.withLock("key", () -> "never");
                    } catch (IOException e) {
                      failures.add(e);
                    }
                  });
          other.start();
          try {
            other.join();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          assertThat(failures).hasSize(1);
          return "done";
        });
    assertThat(locks.<String>withLock("key", () -> "free again")).isEqualTo("free again");
  }

  @Test
  void lockFile_heldElsewhere_isWaitedForAndThenAnError() throws Exception {
    Path folder = Files.createDirectories(bucket.resolve("locks"));
    KeyLocks locks = new KeyLocks(folder, Duration.ofMillis(20));
    Path file = folder.resolve(Integer.toString(Math.floorMod("key".hashCode(), 64)));

    // Held through a channel of its own, as by this class under another class loader.
    try (var channel =
            java.nio.channels.FileChannel.open(
                file,
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.WRITE);
        var held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThatThrownBy(() -> locks.withLock("key", () -> "never"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("too long");
    }
    assertThat(locks.<String>withLock("key", () -> "free again")).isEqualTo("free again");
  }

  @Test
  void interruptedWriter_failsAndLeavesTheObject() {
    store.put("a", bytes("before"));
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> store.put("a", bytes("after")))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(text("a")).isEqualTo("before");
  }

  @Test
  void unreadableObject_isUnavailable_notMissing() throws IOException {
    store.put("dir/b", bytes("x"));
    Path loop = bucket.resolve("dir/a");
    Files.createSymbolicLink(loop, loop);

    assertThatThrownBy(() -> store.get("dir/a", 10)).isInstanceOf(StoreUnavailableException.class);
  }
}
