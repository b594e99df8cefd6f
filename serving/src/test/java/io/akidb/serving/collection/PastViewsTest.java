package io.akidb.serving.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.HookedStore;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PastViewsTest {
  private static final CollectionName NAME = new CollectionName("c");

  @TempDir Path folder;

  private final Clock clock = Clock.systemUTC();
  private final HookedStore store = new HookedStore(new InMemoryStore(clock));
  private final Catalog catalog = new Catalog(store, clock);

  private VectorCollection filled(TenantId tenant, String row) {
    VectorCollection collection =
        catalog.create(new TenantContext(tenant, "test"), NAME, CollectionSchema.of(2, Metric.L2));
    try (SegmentWriter writer = collection.newSegment(folder.resolve(row))) {
      writer.add(VectorRecord.upsert(row, 1, new float[] {1, 2}, null));
      collection.append(List.of(writer.finish()), null, 0);
    }
    return collection;
  }

  private static CollectionView seen(
      PastViews views, VectorCollection collection, UUID said, long generation) {
    try (ViewLease lease = views.get(collection, said, generation)) {
      return lease.view();
    }
  }

  private static CollectionView seen(
      PastViews views, VectorCollection collection, long generation) {
    return seen(views, collection, collection.head().collectionId(), generation);
  }

  private static PastViews views(int max, FreshBudget budget) {
    return new PastViews(
        max,
        budget,
        (collection, manifest) -> {
          throw new IllegalStateException("nothing is built here");
        });
  }

  /** Another generation for each of so many more rows; those before them. */
  private List<Long> grown(VectorCollection collection, int count) {
    List<Long> generations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      generations.add(collection.head().generation());
      try (SegmentWriter writer = collection.newSegment(folder.resolve("more" + i))) {
        writer.add(VectorRecord.upsert("row" + i, i + 2, new float[] {1, 2}, null));
        collection.append(List.of(writer.finish()), null, 0);
      }
    }
    return generations;
  }

  @Test
  void collectionId_ofAnotherTenant_showsNothingOfItsRows() {
    VectorCollection victim = filled(TenantId.random(), "secret");
    VectorCollection thief = filled(TenantId.random(), "own");
    long generation = victim.head().generation();
    assertThat(thief.head().generation()).isEqualTo(generation);
    UUID said = victim.head().collectionId();
    try (PastViews views = views(8, new FreshBudget(1 << 20))) {
      assertThat(seen(views, victim, said, generation).fresh().find("secret")).isNotNull();
      CollectionView seen = seen(views, thief, said, generation);
      assertThat(seen.fresh().find("secret")).isNull();
      assertThat(seen.fresh().find("own")).isNotNull();
    }
  }

  @Test
  void generations_thatOneTenantAsksForInTurn_leaveOthersTheirs() {
    VectorCollection modest = filled(TenantId.random(), "own");
    VectorCollection greedy = filled(TenantId.random(), "row");
    List<Long> generations = grown(greedy, 5);
    FreshBudget budget = new FreshBudget(1 << 20);
    try (PastViews views = views(3, budget)) {
      long generation = modest.head().generation();
      CollectionView kept = seen(views, modest, generation);
      for (long past : generations) {
        var _ = seen(views, greedy, past);
      }
      assertThat(seen(views, modest, generation)).isSameAs(kept);
    }
    assertThat(budget.used()).isZero();
  }

  @Test
  void memory_ofAGenerationThatIsSearched_isCountedUntilTheLastSearchEnds() {
    VectorCollection collection = filled(TenantId.random(), "row");
    UUID said = collection.head().collectionId();
    List<Long> generations = grown(collection, 2);
    FreshBudget budget = new FreshBudget(1 << 20);
    PastViews views = views(1, budget);
    ViewLease first = views.get(collection, said, generations.getFirst());
    long ofOne = budget.used();
    ViewLease again = views.get(collection, said, generations.getFirst());
    assertThat(again.view()).isSameAs(first.view());
    assertThat(budget.used()).isEqualTo(ofOne).isPositive();

    assertThat(views.letGoOfOne(System.nanoTime(), (_, _) -> true)).isFalse();
    ViewLease other = views.get(collection, said, generations.getLast());
    assertThat(budget.used()).as("both are searched").isGreaterThan(ofOne);
    first.close();
    assertThat(views.letGoOfOne(System.nanoTime(), (_, _) -> true)).isFalse();
    other.close();
    assertThat(budget.used()).as("one is open, which is searched").isEqualTo(ofOne);

    views.close();
    assertThat(budget.used()).isEqualTo(ofOne);
    again.close();
    assertThat(budget.used()).isZero();
  }

  @Test
  void memory_ofAGenerationThatCannotBeReadToItsEnd_isGivenBack() {
    VectorCollection collection = filled(TenantId.random(), "row");
    var _ = grown(collection, 2);
    FreshBudget budget = new FreshBudget(1 << 20);
    AtomicInteger segments = new AtomicInteger();
    store.before(
        (method, key) -> {
          if (budget.used() > 0) {
            segments.incrementAndGet();
            throw new OutOfMemoryError("in a test");
          }
        });
    try (PastViews views = views(1, budget)) {
      UUID said = collection.known().collectionId();
      assertThatThrownBy(() -> views.get(collection, said, collection.known().generation()))
          .isInstanceOf(OutOfMemoryError.class);
      assertThatThrownBy(
              () ->
                  OpenCollection.open(
                      collection,
                      collection.known(),
                      budget,
                      (_, _) -> {
                        throw new IllegalStateException("nothing is built here");
                      },
                      Runnable::run))
          .isInstanceOf(OutOfMemoryError.class);
    }
    assertThat(segments).as("each held something").hasValue(2);
    assertThat(budget.used()).isZero();
  }
}
