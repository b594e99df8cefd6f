package io.akidb.serving.collection;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PastViewsTest {
  private static final CollectionName NAME = new CollectionName("c");

  @TempDir Path folder;

  private final Clock clock = Clock.systemUTC();
  private final Catalog catalog = new Catalog(new InMemoryStore(clock), clock);

  private VectorCollection filled(TenantId tenant, String row) {
    VectorCollection collection =
        catalog.create(new TenantContext(tenant, "test"), NAME, CollectionSchema.of(2, Metric.L2));
    try (SegmentWriter writer = collection.newSegment(folder.resolve(row))) {
      writer.add(VectorRecord.upsert(row, 1, new float[] {1, 2}, null));
      collection.append(List.of(writer.finish()), null, 0);
    }
    return collection;
  }

  @Test
  void collectionId_ofAnotherTenant_showsNothingOfItsRows() {
    VectorCollection victim = filled(TenantId.random(), "secret");
    VectorCollection thief = filled(TenantId.random(), "own");
    long generation = victim.head().generation();
    assertThat(thief.head().generation()).isEqualTo(generation);
    UUID said = victim.head().collectionId();
    try (PastViews views =
        new PastViews(
            8,
            new FreshBudget(1 << 20),
            (collection, manifest) -> {
              throw new IllegalStateException("nothing is built here");
            })) {
      assertThat(views.get(victim, said, generation).fresh().find("secret")).isNotNull();
      CollectionView seen = views.get(thief, said, generation);
      assertThat(seen.fresh().find("secret")).isNull();
      assertThat(seen.fresh().find("own")).isNotNull();
    }
  }

  @Test
  void generations_thatOneTenantAsksForInTurn_leaveOthersTheirs() {
    VectorCollection modest = filled(TenantId.random(), "own");
    VectorCollection greedy = filled(TenantId.random(), "row");
    List<Long> generations = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      generations.add(greedy.head().generation());
      try (SegmentWriter writer = greedy.newSegment(folder.resolve("more" + i))) {
        writer.add(VectorRecord.upsert("row" + i, i + 2, new float[] {1, 2}, null));
        greedy.append(List.of(writer.finish()), null, 0);
      }
    }
    FreshBudget budget = new FreshBudget(1 << 20);
    try (PastViews views =
        new PastViews(
            3,
            budget,
            (collection, manifest) -> {
              throw new IllegalStateException("nothing is built here");
            })) {
      UUID said = modest.head().collectionId();
      long generation = modest.head().generation();
      CollectionView kept = views.get(modest, said, generation);
      for (long past : generations) {
        views.get(greedy, greedy.head().collectionId(), past);
      }
      assertThat(views.get(modest, said, generation)).isSameAs(kept);
    }
    assertThat(budget.used()).isZero();
  }
}
