package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.FaultInjectingStore.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Without faults it is a store like any other; with faults it does what it says. */
class FaultInjectingStoreTest extends ObjectStoreContract {
  private static final long SEED = 42;

  @Override
  protected ObjectStore openEmpty() {
    return new FaultInjectingStore(new InMemoryStore(Clock.systemUTC()), SEED, 0);
  }

  private static List<String> script(long seed) {
    FaultInjectingStore faulty =
        new FaultInjectingStore(new InMemoryStore(Clock.systemUTC()), seed, 0.5);
    List<String> met = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      String key = "k" + i % 7;
      try {
        if (i % 3 == 0) {
          faulty.head(key);
        } else {
          faulty.put(key, bytes("x"));
        }
        met.add("fine");
      } catch (ObjectStoreException e) {
        met.add(e.getMessage());
      }
    }
    return met;
  }

  @Test
  void seed_decidesTheFaults() {
    assertThat(script(1)).isEqualTo(script(1)).isNotEqualTo(script(2));
  }

  @Test
  void everyMethod_meetsFaults_andTheBucketHoldsWhatTheyAllow() throws IOException {
    InMemoryStore behind = new InMemoryStore(Clock.systemUTC());
    FaultInjectingStore faulty = new FaultInjectingStore(behind, SEED, 1);
    Path file = Files.writeString(folder.resolve("file"), "file");
    for (int i = 0; i < 40; i++) {
      String key = "k" + i;
      List<Runnable> writes =
          List.of(
              () -> faulty.put(key, bytes("put")),
              () -> faulty.putFile(key, file),
              () -> faulty.putIfAbsent(key, bytes("absent")),
              () -> faulty.compareAndSwap(key, "tag", bytes("swap")),
              () -> faulty.delete(key));
      for (Runnable write : writes) {
        assertThatThrownBy(write::run).isInstanceOf(ObjectStoreException.class);
      }
      List<Runnable> reads =
          List.of(
              () -> faulty.head(key),
              () -> faulty.get(key, 10),
              () -> faulty.getIfChanged(key, "tag", 10),
              () -> faulty.getRange(key, 0, 1),
              () -> faulty.getToFile(key, folder.resolve("target")),
              () -> faulty.list("", null, 10),
              () -> faulty.listFolders("", null, 10));
      for (Runnable read : reads) {
        assertThatThrownBy(read::run).isInstanceOf(StoreUnavailableException.class);
      }
    }
    assertThat(faulty.count(Fault.REFUSED)).isGreaterThan(40 * 7);
    assertThat(faulty.count(Fault.ANSWER_LOST)).isPositive();
    assertThat(faulty.count(Fault.REQUEST_LOST)).isPositive();
    assertThat(faulty.count()).isEqualTo(40 * 12);
    faulty.setQuiet(true);
    assertThat(faulty.list("", null, 100).objects()).isNotEmpty().hasSizeLessThan(40);
  }

  @Test
  void brokenStream_neverLooksLikeTheEnd() throws IOException {
    InMemoryStore behind = new InMemoryStore(Clock.systemUTC());
    FaultInjectingStore faulty = new FaultInjectingStore(behind, SEED, 0.8);
    byte[] content = "0123456789".repeat(500).getBytes(StandardCharsets.UTF_8);
    behind.put("a", content);
    int whole = 0;
    for (int i = 0; i < 100; i++) {
      try (InputStream in = faulty.open("a")) {
        assertThat(in.read()).isEqualTo('0');
        assertThat(in.skip(0)).isZero();
        assertThat(in.readAllBytes()).hasSize(content.length - 1);
        whole++;
      } catch (StoreUnavailableException e) {
        assertThat(e).hasMessageContaining("injected");
      }
    }
    assertThat(faulty.count(Fault.BROKEN_STREAM)).isPositive();
    assertThat(whole).isEqualTo(100 - faulty.count());
  }

  @Test
  void counter_withLostAnswers_countsWhatHappened() throws Exception {
    FaultInjectingStore faulty =
        new FaultInjectingStore(new InMemoryStore(Clock.systemUTC()), SEED, 0.3);
    faulty.setQuiet(true);
    faulty.put("log", bytes(""));
    faulty.setQuiet(false);

    // Each writer appends marks of its own, and looks for one whose fate it does not know.
    together(
        8,
        writer ->
            IntStream.range(0, 20).mapToObj(i -> append(faulty, writer + "." + i + ";")).toList());

    faulty.setQuiet(true);
    String log = new String(faulty.get("log", 1 << 20).bytes(), StandardCharsets.UTF_8);
    assertThat(log.split(";")).as("seed %d", SEED).hasSize(8 * 20).doesNotHaveDuplicates();
    assertThat(faulty.count(Fault.ANSWER_LOST)).isPositive();
  }
}
