package io.akidb.serving.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.InMemoryStore;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountedStoreTest {
  private static final byte[] BYTES = {1, 2, 3};

  @TempDir Path folder;

  private final NodeMetrics metrics = new NodeMetrics();
  private final InMemoryStore inner = new InMemoryStore(Clock.systemUTC());
  private final CountedStore store = new CountedStore(inner, metrics);

  private String text() {
    return new String(metrics.text(), StandardCharsets.UTF_8);
  }

  @Test
  void everyCall_isPassedOnAndCountedOnce() throws Exception {
    Path file = Files.write(folder.resolve("file"), BYTES);
    String etag = store.putIfAbsent("a/1", BYTES).etag();
    store.compareAndSwap("a/1", etag, new byte[] {4});
    store.put("a/2", BYTES);
    store.putFile("b/3", file);

    assertThat(store.get("a/1", 10).bytes()).containsExactly(4);
    assertThat(store.getRange("a/2", 1, 2)).containsExactly(2, 3);
    try (InputStream in = store.open("b/3")) {
      assertThat(in.readAllBytes()).isEqualTo(BYTES);
    }
    store.getToFile("b/3", folder.resolve("copy"));
    assertThat(folder.resolve("copy")).hasBinaryContent(BYTES);

    etag = store.head("a/2").orElseThrow().etag();
    assertThat(store.getIfChanged("a/2", etag, 10)).isNull();
    assertThat(store.list("a/", null, 10).objects()).hasSize(2);
    assertThat(store.listFolders("", null, 10).names()).containsExactly("a", "b");
    store.delete("a/2");
    assertThat(inner.head("a/2")).isEmpty();
    assertThat(store.location()).isEqualTo(inner.location());

    assertThat(text())
        .contains(
            "akidb_store_requests_total{operation=\"write\"} 4.0",
            "akidb_store_requests_total{operation=\"read\"} 4.0",
            "akidb_store_requests_total{operation=\"look\"} 2.0",
            "akidb_store_requests_total{operation=\"list\"} 2.0",
            "akidb_store_requests_total{operation=\"delete\"} 1.0");
  }

  @Test
  void close_isLeftToWhoOpenedTheBucket() {
    store.close();

    assertThat(inner.put("a", BYTES).size()).isEqualTo(3);
  }
}
