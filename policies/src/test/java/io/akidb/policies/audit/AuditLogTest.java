package io.akidb.policies.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.FaultInjectingStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLogTest {
  private final TestLog log = new TestLog();

  private List<AuditRecord> all(@Nullable TenantId tenant) {
    List<AuditRecord> found = new ArrayList<>();
    AuditQuery query = AuditQuery.all(tenant);
    AuditPage page = new AuditReader(log.store).query(query);
    found.addAll(page.records());
    while (page.nextCursor() != null) {
      page = new AuditReader(log.store).query(query.after(page.nextCursor()));
      found.addAll(page.records());
    }
    return found;
  }

  @Test
  void requiredEvent_onReturn_isInBothLogs() {
    AuditEvent event =
        new AuditEvent(
            "key:abc",
            "collections.delete",
            "/v1/collections/products",
            TestLog.TENANT,
            "10.0.0.1",
            Outcome.ATTEMPTED,
            "request-1",
            new TreeMap<>(Map.of("reason", "a \"quoted\"\nline")));
    try (AuditLog open = log.open("node-1", null)) {
      Instant before = Instant.now().minusMillis(1);
      open.require(event);
      open.require(TestLog.event("of nobody", null));

      assertThat(all(null)).extracting(AuditRecord::event).first().isEqualTo(event);
      assertThat(all(TestLog.TENANT)).extracting(AuditRecord::event).containsExactly(event);
      AuditRecord record = all(null).get(0);
      assertThat(record.node()).isEqualTo("node-1");
      assertThat(record.at()).isBetween(before, Instant.now());
      assertThat(AuditRecord.of(record.json())).isEqualTo(record);
    }
  }

  @Test
  void recordedEvents_areWrittenTogetherAndAtTheLatestOnClosing() {
    AuditConfig patient =
        new AuditConfig(
            100,
            100,
            Duration.ofHours(1),
            Duration.ofSeconds(20),
            Duration.ofMillis(5),
            Duration.ofHours(1));
    AuditLog open =
        new AuditLog(log.store, Clock.systemUTC(), new SecureRandom(), "a", null, patient);
    for (int i = 0; i < 50; i++) {
      open.record(TestLog.event("e" + i, null));
    }
    open.close();

    assertThat(log.batches()).hasSize(1);
    assertThat(all(null)).hasSize(50);
    assertThatThrownBy(() -> open.record(TestLog.event("late", null)))
        .isInstanceOf(AuditUnavailableException.class);
    open.close();
  }

  @Test
  void manyCallersAtOnce_shareBatchesAndLoseNothing() throws Exception {
    int callers = 16;
    int each = 20;
    ExecutorService executor = Executors.newFixedThreadPool(callers);
    try (AuditLog open = log.open("a", null)) {
      List<Future<?>> done = new ArrayList<>();
      for (int c = 0; c < callers; c++) {
        int caller = c;
        done.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    open.require(TestLog.event(caller + "-" + i, TestLog.TENANT));
                  }
                }));
      }
      for (Future<?> future : done) {
        future.get();
      }
    } finally {
      executor.shutdown();
    }
    Set<String> what = new HashSet<>();
    all(null).forEach(record -> what.add(record.event().what()));
    assertThat(what).hasSize(callers * each);
    assertThat(log.batches()).hasSizeLessThan(callers * each);
    assertThat(log.verify().findings()).isEmpty();
  }

  @Test
  void bucketOutOfReach_failsWhatMustBeRecordedAndKeepsTheRest() {
    FaultInjectingStore faulty = new FaultInjectingStore(log.store, 1, 1.0);
    try (AuditLog open = TestLog.open(faulty, "a", null)) {
      assertThatThrownBy(() -> open.require(TestLog.event("refused", null)))
          .isInstanceOf(AuditUnavailableException.class)
          .hasMessageContaining("cannot be written");
      open.record(TestLog.event("kept", null));
      faulty.setQuiet(true);
      open.require(TestLog.event("back", null));
    }
    assertThat(all(null))
        .extracting(record -> record.event().what())
        .containsExactly("refused", "kept", "back");
    assertThat(log.verify().findings()).isEmpty();
  }

  @Test
  void moreThanTheQueueHolds_isRefusedNotLost() {
    FaultInjectingStore faulty = new FaultInjectingStore(log.store, 1, 1.0);
    int[] taken = new int[1];
    try (AuditLog open = TestLog.open(faulty, "a", null)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  open.record(TestLog.event("e" + i, null));
                  taken[0]++;
                }
              })
          .isInstanceOf(AuditUnavailableException.class)
          .hasMessageContaining("too many");
      faulty.setQuiet(true);
    }
    assertThat(all(null)).hasSize(taken[0]);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void flakyBucket_whatWasConfirmedIsThereOnceAndSound(long seed) {
    FaultInjectingStore faulty = new FaultInjectingStore(log.store, seed, 0.3);
    List<String> confirmed = new ArrayList<>();
    try (AuditLog open = TestLog.open(faulty, "a", null)) {
      for (int i = 0; i < 30; i++) {
        try {
          open.require(TestLog.event("e" + i, TestLog.TENANT));
          confirmed.add("e" + i);
        } catch (AuditUnavailableException e) {
          // It may be on record all the same.
        }
      }
      faulty.setQuiet(true);
    }
    List<String> what = all(null).stream().map(record -> record.event().what()).toList();
    assertThat(what).as("seed " + seed).containsAll(confirmed).doesNotHaveDuplicates();
    assertThat(log.verify().findings()).as("seed " + seed).isEmpty();
  }

  @Test
  void copiesOfManyTenants_areWrittenSeveralAtOnceAndAllBeforeTheHead() {
    int tenants = 3 * ChainWriter.COPIES_AT_ONCE_MAX;
    // None returns before as many have begun as may at once.
    CyclicBarrier together = new CyclicBarrier(ChainWriter.COPIES_AT_ONCE_MAX);
    AtomicInteger copies = new AtomicInteger();
    AtomicInteger copiesAtHead = new AtomicInteger();
    ObjectStore slow =
        (ObjectStore)
            Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                  String key = arguments == null ? "" : String.valueOf(arguments[0]);
                  if (key.startsWith(AuditKeys.HEADS) && method.getName().equals("put")) {
                    copiesAtHead.set(copies.get());
                  }
                  if (!key.startsWith(TenantNamespace.TENANTS_PREFIX)) {
                    return method.invoke(log.store, arguments);
                  }
                  together.await(20, TimeUnit.SECONDS);
                  Object answer = method.invoke(log.store, arguments);
                  copies.incrementAndGet();
                  return answer;
                });
    AuditConfig patient =
        new AuditConfig(
            tenants,
            tenants,
            Duration.ofHours(1),
            Duration.ofSeconds(20),
            Duration.ofMillis(5),
            Duration.ofHours(1));
    try (AuditLog open =
        new AuditLog(slow, Clock.systemUTC(), new SecureRandom(), "a", null, patient)) {
      for (int i = 0; i < tenants; i++) {
        open.record(TestLog.event("e" + i, TenantId.random()));
      }
    }
    assertThat(log.batches()).hasSize(1);
    assertThat(copies).hasValue(tenants);
    assertThat(copiesAtHead).hasValue(tenants);
  }

  @Test
  void closingWhileTheBucketIsGone_ends() {
    FaultInjectingStore faulty = new FaultInjectingStore(log.store, 1, 1.0);
    AuditLog open = TestLog.open(faulty, "a", null);
    open.record(TestLog.event("lost", null));
    open.close();

    assertThat(log.batches()).isEmpty();
  }

  @Test
  void strangersObjectWhereABatchBelongs_isLeftAndAnotherChainBegun() {
    Clock still = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);
    try (AuditLog open =
        new AuditLog(log.store, still, new SecureRandom(), "a", null, TestLog.SHORT)) {
      open.require(TestLog.event("first", TestLog.TENANT));
      BatchName first =
          BatchName.of(log.batches().get(0).substring(AuditKeys.LOG.length())).orElseThrow();
      String next = new BatchName(first.lastAtMs(), first.chain(), 1).text();
      log.store.put(AuditKeys.LOG + next, new byte[] {'x', '\n'});
      open.require(TestLog.event("second", TestLog.TENANT));
    }
    assertThat(log.keys(AuditKeys.HEADS)).hasSize(2);
    assertThat(all(null))
        .extracting(record -> record.event().what())
        .containsExactlyInAnyOrder("first", "second");
    assertThat(new AuditReader(log.store).query(AuditQuery.all(null)).unreadable()).isEqualTo(1);
    assertThat(log.verify().isSound()).isFalse();
  }

  /** The log's bucket, of which some calls fail by what the given function throws. */
  private ObjectStore failing(Supplier<Optional<Error>> failure) {
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              Optional<Error> error = failure.get();
              if (error.isPresent()) {
                throw error.get();
              }
              try {
                return method.invoke(log.store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void errorInTheWriter_atAnyStep_failsWhoWaitsAndLosesNothing(int step) {
    AtomicInteger calls = new AtomicInteger();
    ObjectStore store =
        failing(
            () ->
                calls.incrementAndGet() == step
                    ? Optional.of(new OutOfMemoryError("of a test"))
                    : Optional.empty());
    List<String> all = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    try (AuditLog open = TestLog.open(store, "a", null)) {
      for (int i = 0; i < 5; i++) {
        String what = "e" + i;
        all.add(what);
        try {
          open.require(TestLog.event(what, TestLog.TENANT));
        } catch (AuditUnavailableException e) {
          assertThat(e).hasMessageContaining("cannot be written");
          refused.add(what);
        }
      }
      assertThat(open.isWritable()).isTrue();
    }
    assertThat(calls.get()).isGreaterThan(10);
    assertThat(refused).hasSizeLessThanOrEqualTo(1);
    assertThat(all(null))
        .filteredOn(record -> !AuditLog.isWitness(record))
        .extracting(record -> record.event().what())
        .containsExactlyElementsOf(all);
    assertThat(log.verify().findings()).isEmpty();
  }

  @Test
  void lastingLackOfMemory_isToldUntilItEnds() {
    AtomicBoolean lacking = new AtomicBoolean(true);
    ObjectStore store =
        failing(
            () ->
                lacking.get() ? Optional.of(new OutOfMemoryError("of a test")) : Optional.empty());
    try (AuditLog open = TestLog.open(store, "a", null)) {
      assertThat(open.isWritable()).as("nothing was tried yet").isTrue();
      assertThatThrownBy(() -> open.require(TestLog.event("refused", null)))
          .isInstanceOf(AuditUnavailableException.class)
          .hasMessageContaining("cannot be written");
      assertThat(open.isWritable()).isFalse();
      open.record(TestLog.event("kept", null));
      lacking.set(false);
      open.require(TestLog.event("back", null));
      assertThat(open.isWritable()).isTrue();
    }
    assertThat(all(null))
        .extracting(record -> record.event().what())
        .containsExactly("refused", "kept", "back");
  }

  @Test
  void closingWithoutMemory_ends() {
    AuditLog open =
        TestLog.open(failing(() -> Optional.of(new OutOfMemoryError("of a test"))), "a", null);
    open.record(TestLog.event("lost", null));
    open.close();

    assertThat(open.isWritable()).isFalse();
    assertThat(log.batches()).isEmpty();
  }

  @Test
  void brokenVirtualMachine_endsTheLogAloud() {
    try (AuditLog open =
        TestLog.open(failing(() -> Optional.of(new InternalError("of a test"))), "a", null)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> open.require(TestLog.event("refused", null)))
            .isInstanceOf(AuditUnavailableException.class);
      }
      assertThatThrownBy(() -> open.record(TestLog.event("refused", null)))
          .isInstanceOf(AuditUnavailableException.class)
          .hasMessageContaining("closed");
      assertThat(open.isWritable()).isFalse();
    }
  }

  @Test
  void chain_toldTwiceThatABatchStands_goesOnByOne() {
    Chain chain =
        new Chain(
            Instant.parse("2026-11-21T10:00:00Z"),
            "a",
            Signing.newKeys(new SecureRandom()),
            null,
            List.of(),
            new SecureRandom());
    List<AuditRecord> records =
        List.of(
            new AuditRecord(
                Instant.parse("2026-11-21T10:00:00Z"), "a", TestLog.event("e", TestLog.TENANT)));
    Chain.Prepared first = chain.prepare(records, null);
    chain.written(first);
    chain.written(first);
    Chain.Prepared second = chain.prepare(records, null);

    assertThat(second.name().number()).isEqualTo(1);
    assertThat(second.tails().get(TestLog.TENANT).next()).isEqualTo(2);
  }
}
