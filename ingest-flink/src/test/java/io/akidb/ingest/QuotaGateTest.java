package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreAccessDeniedException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions of one job over its checkpoints. */
class QuotaGateTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // by setUp
  private Collected collected;

  @SuppressWarnings("NullAway.Init") // by setUp
  private QuotaGate gate;

  private Instant now = Instant.parse("2026-11-21T08:00:00Z");
  private long order = 1;

  private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);

  @BeforeEach
  void setUp() {
    collected = Collected.local(folder);
    gate = new QuotaGate(collected.store, collected.collection, target(), folder, clock);
  }

  @AfterEach
  void tearDown() {
    collected.close();
  }

  private Target target() {
    return TestTargets.of(collected);
  }

  private void quotas(@Nullable Long storageBytes, @Nullable Long vectors) {
    TenantRegistry tenants = new TenantRegistry(collected.store, clock);
    TenantId tenant = new TenantId(Collected.TENANT);
    tenants.ensure(tenant);
    tenants.update(
        tenant, "acme", new TenantQuotas(storageBytes, null, vectors, null, null), Map.of(), null);
  }

  private List<VectorRecord> rows(int upserts, int tombstones) {
    List<VectorRecord> rows = new ArrayList<>();
    for (int i = 0; i < upserts; i++) {
      rows.add(VectorRecord.upsert("id-" + order, order++, new float[] {1, 2, 3, 4}, null));
    }
    for (int i = 0; i < tombstones; i++) {
      rows.add(VectorRecord.tombstone("id-" + order, order++));
    }
    return rows;
  }

  private StagedSegment stage(VectorCollection collection, List<VectorRecord> rows) {
    try (SegmentWriter writer = collection.newSegment(folder.resolve(UUID.randomUUID() + ""))) {
      rows.forEach(writer::add);
      return writer.finish();
    }
  }

  private List<StagedCheckpoint> checkpoint(StagedSegment... segments) {
    long rows = List.of(segments).stream().mapToLong(StagedSegment::rows).sum();
    return List.of(new StagedCheckpoint(List.of(segments), List.of(), rows, 0, 0));
  }

  private List<StagedCheckpoint> checkpoint(int upserts, int tombstones) {
    return checkpoint(stage(collected.collection, rows(upserts, tombstones)));
  }

  private List<StagedCheckpoint> admit(List<StagedCheckpoint> current) {
    return gate.admit(current, List.of());
  }

  @Test
  void admit_noDescriptorOrNoQuotas_isEverything() {
    List<StagedCheckpoint> current = checkpoint(10, 0);
    assertThat(admit(current)).isSameAs(current);
    quotas(null, null);
    assertThat(admit(current)).isSameAs(current);
  }

  @Test
  void admit_upToTheQuotaAndAgainOnceThereIsRoom_isEverything() {
    quotas(null, 30L);
    collected.append(rows(20, 40));
    List<StagedCheckpoint> current = checkpoint(10, 5);
    assertThat(admit(current)).as("deletes do not count").isSameAs(current);

    List<StagedCheckpoint> more = checkpoint(11, 0);
    List<StagedCheckpoint> some = admit(more);
    assertThat(some.get(0).rows()).isEqualTo(10);
    assertThat(some.get(0).bad()).isEqualTo(1);
    assertThat(some.get(0).overQuota()).isEqualTo(1);
    assertThat(some.get(0).deadLetters()).hasSize(1);
    assertThat(some.get(0).segments()).extracting(StagedSegment::rows).containsExactly(10);

    quotas(null, 31L);
    assertThat(admit(more)).as("raised").isSameAs(more);
  }

  @Test
  void admit_checkpointsThatAreNotCommittedYet_count() {
    quotas(null, 30L);
    collected.append(rows(10, 0));
    List<StagedCheckpoint> pending = checkpoint(15, 9);

    List<StagedCheckpoint> some = gate.admit(checkpoint(10, 0), List.of(pending));

    assertThat(some.get(0).rows()).isEqualTo(5);
  }

  @Test
  void admit_manySegments_takesTheFirstOnesAndAllDeletes() {
    quotas(null, 25L);
    StagedSegment first = stage(collected.collection, rows(20, 1));
    StagedSegment second = stage(collected.collection, rows(10, 2));
    StagedSegment third = stage(collected.collection, rows(10, 0));
    StagedSegment deletes = stage(collected.collection, rows(0, 4));
    List<StagedCheckpoint> current =
        List.of(
            new StagedCheckpoint(List.of(first, second), List.of(), 33, 0, 0),
            new StagedCheckpoint(List.of(third, deletes), List.of(UUID.randomUUID()), 14, 3, 0));

    List<StagedCheckpoint> some = admit(current);

    assertThat(some.get(0).segments()).hasSize(2).contains(first);
    assertThat(some.get(0).segments().get(1).rows()).isEqualTo(5 + 2);
    assertThat(some.get(0).segments().get(1).tombstones()).isEqualTo(2);
    assertThat(some.get(0).overQuota()).isEqualTo(5);
    assertThat(some.get(1).segments()).containsExactly(deletes);
    assertThat(some.get(1).rows()).isEqualTo(4);
    assertThat(some.get(1).bad()).isEqualTo(13);
    assertThat(some.get(1).overQuota()).isEqualTo(10);
    assertThat(some.get(1).deadLetters()).hasSize(2);
  }

  @Test
  void admit_nothingButDeletes_isEverything() {
    quotas(1L, 1L);
    collected.append(rows(5, 0));
    List<StagedCheckpoint> current = checkpoint(0, 5);
    assertThat(admit(current)).isSameAs(current);
  }

  @Test
  void admit_bytesOfOtherCollections_countOnceTheyAreSeen() {
    quotas(100_000L, null);
    List<StagedCheckpoint> current = checkpoint(10, 0);
    assertThat(admit(current)).isSameAs(current);
    VectorCollection other =
        new Catalog(collected.store, clock)
            .create(
                collected.collection.context(),
                new CollectionName("other"),
                CollectionSchema.of(4, Metric.L2));
    List<VectorRecord> big = new ArrayList<>();
    byte[] payload = ("{\"x\":\"" + "y".repeat(50_000) + "\"}").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 3; i++) {
      big.add(VectorRecord.upsert("b" + i, order++, new float[] {1, 2, 3, 4}, payload));
    }
    StagedSegment segment = stage(other, big);
    other.append(List.of(segment), null, 0);
    assertThat(segment.bytes()).as("is not compressed").isGreaterThan(100_000);

    assertThat(admit(current)).as("not looked at yet").isSameAs(current);
    now = now.plus(TenantBytes.OTHERS_MAX_AGE);

    assertThat(admit(current).get(0).overQuota()).isEqualTo(10);
    quotas(200_000L, null);
    assertThat(admit(current)).isSameAs(current);
  }

  @Test
  void quotas_credentialsThatMayNotReadThem_saysWhatToDo() {
    ObjectStore refusing =
        Proxies.of(
            ObjectStore.class,
            (method, arguments) -> {
              throw new StoreAccessDeniedException("refused by the test", null);
            });
    assertThatThrownBy(
            () ->
                QuotaGate.quotas(
                    new TenantRegistry(refusing, clock), collected.collection.context()))
        .isInstanceOf(JobHaltedException.class)
        .hasMessageContaining("sync-policies");
  }

  @Test
  void line_ofARecord_isReadAsTheSame() throws Exception {
    byte[] payload = "{\"a\":[1,\"\u00e9\\n\"]}".getBytes(StandardCharsets.UTF_8);
    VectorRecord row =
        VectorRecord.upsert(
            "i\u00e9\"\\\n", 7, new float[] {-0f, Float.MIN_VALUE, 3e38f, 1}, payload);
    for (VectorRecord each :
        List.of(row, VectorRecord.tombstone("gone", Duration.ofDays(1).toNanos()))) {
      byte[] line = JsonRecordWriter.line(each);
      assertThat(line[line.length - 1]).isEqualTo((byte) '\n');
      VectorRecord read = new JsonRecordParser(Collected.TENANT).parse(line, 0, line.length, 99);
      assertThat(read.id()).isEqualTo(each.id());
      assertThat(read.order()).isEqualTo(each.order());
      assertThat(read.vector()).isEqualTo(each.vector());
      assertThat(read.payload()).isEqualTo(each.payload());
    }
  }
}
