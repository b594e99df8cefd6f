package io.akidb.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ValueTypesTest {
  private static final UUID ID = UUID.fromString("0d6c5a1e-8f2b-4c3d-9e4f-5a6b7c8d9e0f");

  @Test
  void enums_jsonNames_goBothWays() {
    for (Metric metric : Metric.values()) {
      assertThat(Metric.ofJsonName(metric.jsonName())).isEqualTo(metric);
    }
    for (IndexType type : IndexType.values()) {
      assertThat(IndexType.ofJsonName(type.jsonName())).isEqualTo(type);
    }
    for (AttributeType type : AttributeType.values()) {
      assertThat(AttributeType.ofJsonName(type.jsonName())).isEqualTo(type);
    }
    assertThatThrownBy(() -> Metric.ofJsonName("euclid"))
        .isInstanceOf(InvalidSchemaException.class)
        .hasMessageContaining("distance");
    assertThatThrownBy(() -> IndexType.ofJsonName("hnsw"))
        .isInstanceOf(InvalidSchemaException.class);
    assertThatThrownBy(() -> AttributeType.ofJsonName("date"))
        .isInstanceOf(InvalidSchemaException.class);
  }

  @Test
  void schema_outOfBounds_namesTheField() {
    TreeMap<String, AttributeType> many = new TreeMap<>();
    for (int i = 0; i < 65; i++) {
      many.put("a" + i, AttributeType.LONG);
    }
    assertField("vector_dim", () -> CollectionSchema.of(0, Metric.L2));
    assertField("vector_dim", () -> CollectionSchema.of(4_097, Metric.L2));
    assertField("attributes", () -> new CollectionSchema(3, Metric.L2, IndexType.FLAT, many));
    for (String name : List.of("", "1a", "a b", "x".repeat(65), "$and")) {
      assertField(
          "attributes",
          () ->
              new CollectionSchema(
                  3, Metric.L2, IndexType.FLAT, new TreeMap<>(Map.of(name, AttributeType.LONG))));
    }
    assertThat(CollectionSchema.of(4_096, Metric.L2).attributes()).isEmpty();
  }

  private static void assertField(String field, Runnable creation) {
    assertThatThrownBy(creation::run)
        .isInstanceOfSatisfying(
            InvalidSchemaException.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.isRetryable()).isFalse();
            });
  }

  @Test
  void indexParameters_outOfBounds_nameTheField() {
    IndexParameters good = IndexParameters.defaults();
    assertThat(good.maxDegree()).isEqualTo(32);
    assertParameter("max_degree", () -> new IndexParameters(3, 8, 1.2, 0, 1, 100, 0, 0));
    assertParameter("build_list_size", () -> new IndexParameters(4, 0, 1.2, 0, 1, 100, 0, 0));
    assertParameter("alpha", () -> new IndexParameters(4, 8, Double.NaN, 0, 1, 100, 0, 0));
    assertParameter("pq_subvectors", () -> new IndexParameters(4, 8, 1, -1, 1, 100, 0, 0));
    assertParameter("build_memory_gb", () -> new IndexParameters(4, 8, 1, 0, 0, 100, 0, 0));
    assertParameter("partition_rows_max", () -> new IndexParameters(4, 8, 1, 0, 1, 99, 0, 0));
    for (IndexQuantization other : IndexQuantization.values()) {
      assertThat(IndexQuantization.ofJsonName(other.jsonName())).contains(other);
      assertThat(IndexQuantization.names()).contains("'" + other.jsonName() + "'");
      if (!other.hasSubvectors()) {
        assertParameter(
            "pq_subvectors",
            () -> new IndexParameters(4, 8, 1, 2, 1, 100, 0, 0, other, IndexVectorStorage.AUTO));
      }
    }
    assertThat(IndexQuantization.ofJsonName("PQ")).isEmpty();
    assertParameter("partition_overlap", () -> new IndexParameters(4, 8, 1, 0, 1, 100, 1.1, 0));
  }

  private static void assertParameter(String field, Runnable creation) {
    assertThatThrownBy(creation::run)
        .isInstanceOfSatisfying(
            InvalidIndexParametersException.class, e -> assertThat(e.field()).isEqualTo(field))
        .hasMessageStartingWith(field);
  }

  @Test
  void commitToken_anyDamage_isRefused() {
    String token = CommitToken.of(ID, 12_345);
    assertThat(CommitToken.generationOf(token, ID)).isEqualTo(12_345);
    assertThat(token).matches("[A-Za-z0-9_-]{38}");

    for (int i = 0; i < token.length() - 1; i++) { // the last character carries unused bits
      char other = token.charAt(i) == 'A' ? 'B' : 'A';
      String bad = token.substring(0, i) + other + token.substring(i + 1);
      assertThatThrownBy(() -> CommitToken.generationOf(bad, ID))
          .as(bad)
          .isInstanceOf(InvalidCommitTokenException.class);
    }
    for (String bad : List.of("", "x", token + "A", "!".repeat(38))) {
      assertThatThrownBy(() -> CommitToken.generationOf(bad, ID))
          .isInstanceOf(InvalidCommitTokenException.class);
    }
    assertThatThrownBy(() -> CommitToken.generationOf(token, UUID.randomUUID()))
        .isInstanceOf(InvalidCommitTokenException.class)
        .hasMessageContaining("another collection");
    String negative = CommitToken.of(ID, -1);
    assertThatThrownBy(() -> CommitToken.generationOf(negative, ID))
        .isInstanceOf(InvalidCommitTokenException.class);
    assertThat(Base64.getUrlDecoder().decode(token)).hasSize(28);
  }

  @Test
  void orderClock_standingStill_stillGrows() {
    TestClock clock = new TestClock();
    OrderClock orders = new OrderClock(clock);
    long micros = clock.instant().getEpochSecond() * 1_000_000;

    assertThat(orders.next(-1)).isEqualTo(micros);
    assertThat(orders.next(-1)).isEqualTo(micros + 1);
    assertThat(orders.next(micros + 500)).isEqualTo(micros + 501);
    assertThat(orders.next(5)).isEqualTo(micros + 502);
    clock.advance(Duration.ofSeconds(1));
    assertThat(orders.next(5)).isEqualTo(micros + 1_000_000);
  }

  @Test
  void segmentIds_timeOrdered_tellAgeAndCollection() {
    TestClock clock = new TestClock();
    Surroundings surroundings = Fixture.surroundings(clock, 5);
    UUID first = SegmentIds.segment(surroundings, ID);
    clock.advance(Duration.ofMinutes(2));
    UUID second = SegmentIds.segment(surroundings, ID);

    assertThat(first.version()).isEqualTo(7);
    assertThat(first.variant()).isEqualTo(2);
    assertThat(first.toString()).isLessThan(second.toString());
    assertThat(SegmentIds.createdAt(second)).isEqualTo(clock.instant());
    assertThat(SegmentIds.isOf(first, ID)).isTrue();
    assertThat(SegmentIds.isOf(first, new UUID(1, 2))).isFalse();
    assertThat(SegmentIds.isOf(UUID.randomUUID(), ID)).isFalse();
    assertThat(surroundings.randomId().version()).isEqualTo(4);
  }

  @Test
  void surroundings_ofTheSystem_waitAndKeepMicroseconds() {
    Surroundings real = Surroundings.of(java.time.Clock.systemUTC());
    assertThat(real.backOff(0)).isTrue();
    Instant now = real.now();
    assertThat(now).isEqualTo(now.truncatedTo(java.time.temporal.ChronoUnit.MICROS));
    Thread.currentThread().interrupt();
    assertThat(real.backOff(30)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void figures_thatCannotBe_areRefused() {
    assertThatThrownBy(() -> new StagedSegment(ID, 0, 0, 1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new StagedSegment(ID, 1, 2, 1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new StagedSegment(ID, 1, 0, 1, 0, 2, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ShardRef(-1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Retention(0, Duration.ofDays(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Retention(1, Duration.ofMinutes(59)))
        .isInstanceOf(IllegalArgumentException.class);
    TreeMap<String, String> parameters = new TreeMap<>();
    for (int i = 0; i < 257; i++) {
      parameters.put("p" + i, "");
    }
    assertThatThrownBy(() -> new IndexDescriptor(ID, List.of(), parameters))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void objectNames_whatIsNoName_isEmpty() {
    assertThat(ObjectNames.uuid("a/" + ID + ".avro", "a/", ".avro")).contains(ID);
    assertThat(ObjectNames.uuid("a/1-1-1-1-1.avro", "a/", ".avro")).isEmpty();
    assertThat(ObjectNames.uuid("a/x.avro", "a/", ".avro")).isEmpty();
    assertThat(ObjectNames.uuid("a/.avro", "a/", ".avro")).isEmpty();
    assertThat(ObjectNames.number("a/0012.json", "a/", ".json")).hasValue(12);
    assertThat(ObjectNames.number("a/9999999999999999999.json", "a/", ".json")).isEmpty();
    assertThat(ObjectNames.number("a/x.json", "a/", ".json")).isEmpty();
  }

  @Test
  void exceptions_ofTheRoom_sayWhetherToRetry() {
    assertThat(new CommitContentionException(3).isRetryable()).isTrue();
    for (CatalogException e :
        List.of(
            new CollectionExistsException(Fixture.PRODUCTS),
            new CollectionNotFoundException(Fixture.PRODUCTS),
            new GenerationNotFoundException(1),
            new WriterFencedException("w", 1, 2),
            new TooManyWritersException(1),
            new TooManyBuildsException(1),
            new CorruptSegmentException("x", null),
            new CorruptManifestException("x", null),
            new UnsupportedFormatException("x", 2, 1),
            new SegmentMissingException("x", null),
            new BuildSupersededException(1, 2),
            new IncompleteBuildException("x"),
            new LeaseLostException("x"),
            new BuildNotFoundException(ID),
            new CommitOutcomeUnknownException("x", null),
            new InvalidCommitTokenException("x"),
            new InvalidIndexParametersException("x", "y"))) {
      assertThat(e.isRetryable()).as(e.getClass().getSimpleName()).isFalse();
      assertThat(e).hasMessageMatching(".+");
    }
  }

  @Test
  void buildRequest_free_dependsOnItsLease() {
    Instant now = Instant.parse("2026-11-21T04:00:00Z");
    BuildRequest pending = BuildRequestJson.fresh(ID, IndexParameters.defaults(), now);
    assertThat(pending.isFree(now)).isTrue();
    assertThat(pending.isFinished()).isFalse();
  }
}
