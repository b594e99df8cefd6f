package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every store promises of its conditional writes, above all under a race. The catalog's
 * commits rest on exactly this.
 */
public abstract class CompareAndSwapContract {
  private static final int WRITERS = 40;
  private static final int ROUNDS = 25;
  private static final int INCREMENTS = 5;

  /** The store under test, on a bucket of its own that is empty before each test. */
  protected ObjectStore store;

  /** Opens the store on an empty bucket; called once before each test. */
  protected abstract ObjectStore openEmpty() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = openEmpty();
  }

  @AfterEach
  void closeStore() {
    if (store != null) {
      store.close();
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  String text(String key) {
    return new String(store.get(key, 1 << 20).bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void putIfAbsent_onFreeKey_writes() {
    ObjectMetadata written = store.putIfAbsent("a/b", bytes("one"));

    assertThat(written.key()).isEqualTo("a/b");
    assertThat(written.size()).isEqualTo(3);
    assertThat(text("a/b")).isEqualTo("one");
  }

  @Test
  void putIfAbsent_onTakenKey_failsAndLeavesIt() {
    store.put("a/b", bytes("one"));

    assertThatThrownBy(() -> store.putIfAbsent("a/b", bytes("two")))
        .isInstanceOf(PreconditionFailedException.class)
        .hasMessageContaining("a/b");
    assertThat(text("a/b")).isEqualTo("one");
  }

  @Test
  void putIfAbsent_afterDelete_writes() {
    store.put("a", bytes("one"));
    store.delete("a");

    store.putIfAbsent("a", bytes("two"));

    assertThat(text("a")).isEqualTo("two");
  }

  @Test
  void compareAndSwap_withCurrentTag_replacesAndChangesTag() {
    ObjectMetadata one = store.put("a", bytes("one"));

    ObjectMetadata two = store.compareAndSwap("a", one.etag(), bytes("two"));

    assertThat(two.etag()).isNotEqualTo(one.etag());
    assertThat(store.head("a").orElseThrow().etag()).isEqualTo(two.etag());
    assertThat(text("a")).isEqualTo("two");
  }

  @Test
  void compareAndSwap_withOldTag_failsAndLeavesIt() {
    ObjectMetadata one = store.put("a", bytes("one"));
    store.put("a", bytes("two"));

    assertThatThrownBy(() -> store.compareAndSwap("a", one.etag(), bytes("three")))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(text("a")).isEqualTo("two");
  }

  @Test
  void compareAndSwap_onMissingObject_fails() {
    ObjectMetadata one = store.put("a", bytes("one"));
    store.delete("a");

    assertThatThrownBy(() -> store.compareAndSwap("a", one.etag(), bytes("two")))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store.head("a")).isEmpty();
  }

  @Test
  void compareAndSwap_byRacingWriters_hasOneWinnerInEachRound() throws Exception {
    String etag = store.put("race/head", bytes("start")).etag();
    for (int round = 0; round < ROUNDS; round++) {
      String expected = etag;
      String name = "round " + round + " writer ";
      List<ObjectMetadata> won =
          race(writer -> store.compareAndSwap("race/head", expected, bytes(name + writer)));

      int winner = winner(won);
      assertThat(text("race/head")).isEqualTo(name + winner);
      etag = won.get(winner).etag();
      assertThat(store.head("race/head").orElseThrow().etag()).isEqualTo(etag);
    }
  }

  @Test
  void putIfAbsent_byRacingWriters_hasOneWinnerForEachKey() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String key = "race/" + round;
      List<ObjectMetadata> won = race(writer -> store.putIfAbsent(key, bytes("writer " + writer)));

      assertThat(text(key)).isEqualTo("writer " + winner(won));
    }
  }

  private static int winner(List<ObjectMetadata> won) {
    List<Integer> winners = new ArrayList<>();
    for (int writer = 0; writer < won.size(); writer++) {
      if (won.get(writer) != null) {
        winners.add(writer);
      }
    }
    assertThat(winners).hasSize(1);
    return winners.get(0);
  }

  @Test
  void compareAndSwap_asCounter_losesNoIncrement() throws Exception {
    store.put("counter", bytes("0"));

    together(
        WRITERS,
        writer -> {
          for (int i = 0; i < INCREMENTS; i++) {
            increment();
          }
          return null;
        });

    assertThat(text("counter")).isEqualTo(Integer.toString(WRITERS * INCREMENTS));
  }

  private void increment() {
    while (true) {
      ObjectContent read = store.get("counter", 100);
      int count = Integer.parseInt(new String(read.bytes(), StandardCharsets.UTF_8));
      try {
        store.compareAndSwap("counter", read.metadata().etag(), bytes(Integer.toString(count + 1)));
        return;
      } catch (PreconditionFailedException e) {
        // Another writer was faster, so the count went on: this ends.
      }
    }
  }

  /** What each writer wrote; null for those that lost. */
  private static List<ObjectMetadata> race(Writer<ObjectMetadata> action) throws Exception {
    return together(
        WRITERS,
        writer -> {
          try {
            return action.write(writer);
          } catch (PreconditionFailedException e) {
            return null;
          }
        });
  }

  interface Writer<T> {
    T write(int writer) throws Exception;
  }

  /** Runs writers that start at the same moment. */
  static <T> List<T> together(int writers, Writer<T> action) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(writers);
    try {
      CyclicBarrier start = new CyclicBarrier(writers);
      List<Callable<T>> calls = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        int writer = i;
        calls.add(
            () -> {
              start.await(1, TimeUnit.MINUTES);
              return action.write(writer);
            });
      }
      List<T> answers = new ArrayList<>();
      for (Future<T> future : executor.invokeAll(calls, 5, TimeUnit.MINUTES)) {
        answers.add(future.get());
      }
      return answers;
    } finally {
      executor.shutdownNow();
    }
  }

  /** Appends a mark to the object {@code log}, once, although answers may be lost. */
  static String append(ObjectStore store, String mark) {
    while (true) {
      try {
        ObjectContent read = store.get("log", 1 << 20);
        String log = new String(read.bytes(), StandardCharsets.UTF_8);
        if (log.startsWith(mark) || log.contains(";" + mark)) {
          return mark;
        }
        store.compareAndSwap("log", read.metadata().etag(), bytes(log + mark));
        return mark;
      } catch (PreconditionFailedException
          | OutcomeUnknownException
          | StoreUnavailableException e) {
        // Look again: the log tells what happened.
      }
    }
  }
}
