package io.akidb.tenancy.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.QuotaExceededException;
import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UsageLedgerTest {
  private static final TenantId TENANT = TenantId.random();
  private static final CollectionName A = new CollectionName("a");
  private static final CollectionName B = new CollectionName("b");

  // What the manifests say.
  private final Map<CollectionName, Long> manifests = new ConcurrentHashMap<>();
  private final AtomicInteger counts = new AtomicInteger();
  private Runnable whileCounting = () -> {};
  private final UsageLedger ledger =
      new UsageLedger(
          tenant -> {
            counts.incrementAndGet();
            Map<CollectionName, Long> counted = new TreeMap<>(manifests);
            whileCounting.run();
            return counted;
          });

  private TenantUsage usage() {
    return ledger.usageOf(TENANT);
  }

  @Test
  void usage_isCountedOnceAndThenKeptUpByWhatIsSeen() {
    manifests.put(A, 100L);
    assertThat(usage()).isEqualTo(new TenantUsage(1, 100));
    ledger.observe(TENANT, A, 150);
    ledger.observe(TENANT, B, 50);
    assertThat(usage()).isEqualTo(new TenantUsage(2, 200));
    ledger.forget(TENANT, A);
    assertThat(usage()).isEqualTo(new TenantUsage(1, 50));
    assertThat(counts).hasValue(1);
    assertThat(ledger.known()).containsExactly(Map.entry(TENANT, usage()));
  }

  @Test
  void reconcile_takesOverWhatOthersWroteAndDropped() {
    manifests.put(A, 100L);
    usage();
    manifests.put(B, 7L);
    manifests.remove(A);
    assertThat(usage()).isEqualTo(new TenantUsage(1, 100));
    ledger.reconcile();
    assertThat(usage()).isEqualTo(new TenantUsage(1, 7));
    ledger.observe(TENANT, B, 9);
    ledger.reconcile();
    assertThat(usage()).as("the manifests have the last word").isEqualTo(new TenantUsage(1, 7));
  }

  @Test
  void reconcile_whileThisNodeWrites_keepsWhatIsNewerThanItsCount() {
    manifests.put(A, 100L);
    manifests.put(B, 10L);
    usage();
    whileCounting =
        () -> {
          ledger.observe(TENANT, A, 300);
          ledger.forget(TENANT, B);
        };
    ledger.reconcile();
    assertThat(usage()).isEqualTo(new TenantUsage(1, 300));
    whileCounting = () -> {};
    manifests.put(A, 310L);
    manifests.remove(B);
    ledger.reconcile();
    assertThat(usage()).isEqualTo(new TenantUsage(1, 310));
  }

  @Test
  void reconcile_tenantThatNobodyAsksAbout_isCountedOnceInManyRounds() {
    manifests.put(A, 100L);
    usage();
    ledger.reconcile();
    counts.set(0);
    manifests.put(B, 7L);
    for (int round = 0; round < UsageLedger.QUIET_ROUNDS; round++) {
      ledger.reconcile();
    }
    assertThat(counts).hasValue(1);
    assertThat(ledger.known()).containsEntry(TENANT, new TenantUsage(2, 107));
  }

  @Test
  void reconcile_tenantThatIsAskedAboutAgain_isCountedInTheNextRound() {
    manifests.put(A, 100L);
    usage();
    ledger.reconcile();
    for (Runnable ask :
        List.<Runnable>of(
            this::usage,
            () -> ledger.reserveBytes(TENANT, 10_000, 1).close(),
            () -> ledger.reserveCollection(TENANT, 10_000).close(),
            () -> ledger.reserveRows(TENANT, A, 10, () -> 5, 1).close(),
            () -> ledger.observe(TENANT, A, 3),
            () -> ledger.forget(TENANT, A))) {
      ask.run();
      counts.set(0);
      ledger.reconcile();
      assertThat(counts.get()).isPositive();
    }
  }

  @Test
  void reconcile_thatCouldNotCount_triesInTheNextRound() {
    manifests.put(A, 100L);
    usage();
    whileCounting =
        () -> {
          throw new StoreUnavailableException("of the test", null);
        };
    ledger.reconcile();
    whileCounting = () -> {};
    manifests.put(B, 7L);
    ledger.reconcile();
    assertThat(ledger.known()).containsEntry(TENANT, new TenantUsage(2, 107));
  }

  @Test
  void reconcile_thatCannotCount_keepsWhatIsKnown() {
    manifests.put(A, 100L);
    usage();
    whileCounting =
        () -> {
          throw new StoreUnavailableException("of the test", null);
        };
    ledger.reconcile();
    assertThat(usage()).isEqualTo(new TenantUsage(1, 100));
    TenantId other = TenantId.random();
    assertThatThrownBy(() -> ledger.usageOf(other)).isInstanceOf(StoreUnavailableException.class);
    whileCounting = () -> {};
    assertThat(ledger.usageOf(other)).isEqualTo(new TenantUsage(1, 100));
  }

  @Test
  void tenantThatNobodyCounted_isCountedByTheNextCorrection() {
    manifests.put(A, 100L);
    ledger.observe(TENANT, A, 120);
    ledger.forget(TENANT, B);
    assertThat(ledger.known()).isEmpty();
    ledger.reconcile();
    assertThat(ledger.known()).containsEntry(TENANT, new TenantUsage(1, 100));
    ledger.forget(TENANT);
    assertThat(ledger.known()).isEmpty();
  }

  @Test
  void collections_upToTheQuota_fitAndThenNoMore() {
    manifests.put(A, 0L);
    Reservation second = ledger.reserveCollection(TENANT, 2);
    assertThatThrownBy(() -> ledger.reserveCollection(TENANT, 2))
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageContaining("2 of 2 collections")
        .hasMessageContaining("ask the operator")
        .satisfies(
            e -> assertThat(((QuotaExceededException) e).quota()).isEqualTo("max_collections"));
    second.close();
    second.close();
    try (Reservation again = ledger.reserveCollection(TENANT, 2)) {
      assertThat(again).isNotNull();
      ledger.observe(TENANT, B, 0);
    }
    assertThatThrownBy(() -> ledger.reserveCollection(TENANT, 2))
        .isInstanceOf(QuotaExceededException.class);
    ledger.forget(TENANT, A);
    ledger.reserveCollection(TENANT, 2).close();
  }

  @Test
  void bytes_beingWrittenAndWritten_countTogether() {
    manifests.put(A, 60L);
    Reservation first = ledger.reserveBytes(TENANT, 100, 30);
    assertThatThrownBy(() -> ledger.reserveBytes(TENANT, 100, 11))
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageContaining("90 of 100 bytes, and this call brings 11");
    ledger.reserveBytes(TENANT, 100, 10).close();
    ledger.observe(TENANT, A, 90);
    first.close();
    ledger.reserveBytes(TENANT, 100, 10).close();
    assertThatThrownBy(() -> ledger.reserveBytes(TENANT, 100, Long.MAX_VALUE))
        .isInstanceOf(QuotaExceededException.class);
    ledger.observe(TENANT, A, 500);
    assertThatThrownBy(() -> ledger.reserveBytes(TENANT, 100, 0))
        .as("a quota that was lowered below what is used")
        .isInstanceOf(QuotaExceededException.class);
  }

  @Test
  void rows_ofEachCollection_countForThemselves() {
    Reservation first = ledger.reserveRows(TENANT, A, 10, () -> 5, 3);
    Reservation second = ledger.reserveRows(TENANT, A, 10, () -> 5, 2);
    assertThatThrownBy(() -> ledger.reserveRows(TENANT, A, 10, () -> 5, 1))
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageContaining("10 of 10 vectors, and this call brings 1");
    ledger.reserveRows(TENANT, A, 10, () -> 5, 0).close();
    ledger.reserveRows(TENANT, B, 10, () -> 5, 5).close();
    first.close();
    second.close();
    ledger.reserveRows(TENANT, A, 10, () -> 5, 5).close();
  }

  @Test
  void manyCallsAtOnce_neverReserveMoreThanThereIs() throws Exception {
    List<Callable<Boolean>> calls = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      calls.add(
          () -> {
            try {
              return ledger.reserveCollection(TENANT, 10) != null;
            } catch (QuotaExceededException e) {
              return false;
            }
          });
    }
    int fit = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> answer : threads.invokeAll(calls)) {
        fit += answer.get() ? 1 : 0;
      }
    }
    assertThat(fit).isEqualTo(10);
    assertThat(counts).hasValue(1);
  }
}
