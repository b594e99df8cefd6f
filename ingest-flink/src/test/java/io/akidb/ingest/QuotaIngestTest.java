package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.VectorRecord;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job of a tenant with quotas, from its command line to the bucket, on a local Flink. */
class QuotaIngestTest {
  private static final String[] FAST_RESTARTS = {
    "--checkpoint-interval-ms",
    "100",
    "--flink",
    "restart-strategy.exponential-delay.initial-backoff=50 ms",
    "--flink",
    "restart-strategy.exponential-delay.max-backoff=50 ms",
    "--flink",
    "restart-strategy.exponential-delay.attempts-before-reset-backoff=1000"
  };

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // by setUp
  private Collected collected;

  @BeforeEach
  void setUp() {
    collected = Collected.local(folder);
  }

  @AfterEach
  void tearDown() {
    collected.close();
  }

  private void quotas(@Nullable Long storageBytes, @Nullable Long vectors) {
    TenantRegistry tenants = new TenantRegistry(collected.store, Clock.systemUTC());
    TenantId tenant = new TenantId(Collected.TENANT);
    tenants.ensure(tenant);
    tenants.update(
        tenant, "acme", new TenantQuotas(storageBytes, null, vectors, null, null), Map.of(), null);
  }

  private JsonNode run(StoreOpener opener, String... more) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    String[] arguments =
        Stream.concat(collected.arguments("--local").stream(), Stream.of(more))
            .toArray(String[]::new);
    int code = IngestJob.run(new IngestJob(out, Clock.systemUTC(), opener), out, arguments);
    assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
    return Collected.json(said.toString(StandardCharsets.UTF_8).lines().reduce((a, b) -> b).get());
  }

  private JsonNode run(Path file) {
    return run(io.akidb.objectstore.ObjectStores::open, "--file", file.toString());
  }

  private Path upserts(int from, int to) {
    return TestFiles.write(
        folder.resolve("rows-" + from + ".jsonl"),
        String.join("\n", IntStream.range(from, to).mapToObj(QuotaIngestTest::upsert).toList()));
  }

  private static String upsert(int i) {
    return "{\"id\":\"id-%d\",\"vector\":[%d,0.5,0,1],\"order\":%d,\"payload\":{\"n\":%d}}"
        .formatted(i, i, i + 1, i);
  }

  /** The records that dead letters of quotas hold, as lines of JSON. */
  private List<String> heldBack() {
    List<String> lines = new ArrayList<>();
    for (JsonNode letter : collected.deadLetters()) {
      if (letter.get("reason").asText().startsWith("quota_exceeded: ")) {
        byte[] raw = Base64.getDecoder().decode(letter.get("raw_base64").asText());
        lines.add(new String(raw, StandardCharsets.UTF_8));
      }
    }
    return lines;
  }

  private List<String> committedIds() {
    return collected.rows().stream().map(VectorRecord::id).toList();
  }

  @Test
  void job_moreVectorsThanTheQuota_commitsWhatFitsAndKeepsTheRest() throws Exception {
    quotas(null, 100L);

    JsonNode done = run(upserts(0, 150));

    assertThat(committedIds()).hasSize(100).doesNotHaveDuplicates();
    assertThat(done.get("rows_committed").asLong()).isEqualTo(100);
    assertThat(done.get("dead_letters").asLong()).isEqualTo(50);
    assertThat(done.get("quota_exceeded").asLong()).isEqualTo(50);
    assertThat(heldBack()).hasSize(50);
    assertThat(collected.deadLetters().get(0).get("reason").asText())
        .contains("max_vectors_per_collection", "may have 100 vectors", "ask the operator");

    // With more room, what was held back is a file to be read again.
    quotas(null, 1_000L);
    JsonNode again =
        run(TestFiles.write(folder.resolve("again.jsonl"), String.join("", heldBack())));

    assertThat(again.get("quota_exceeded").asLong()).isZero();
    assertThat(committedIds()).hasSize(150).doesNotHaveDuplicates();
    VectorRecord last = Collected.newest(collected.rows()).get("id-149");
    assertThat(last.order()).isEqualTo(150);
    assertThat(last.vector()).containsExactly(149, 0.5f, 0, 1);
    assertThat(TestFiles.payload(last)).isEqualTo("{\"n\":149}");
  }

  @Test
  void job_moreBytesThanTheQuota_staysBelowIt() {
    run(upserts(0, 500));
    long used = collected.head().freshBytes();
    quotas(used + used / 2, null);

    JsonNode done = run(upserts(500, 1_500));

    assertThat(collected.head().freshBytes())
        .isGreaterThan(used)
        .isLessThan(used + used / 2 + 2_048);
    assertThat(done.get("quota_exceeded").asLong()).isBetween(500L, 950L);
    assertThat(committedIds().size() + heldBack().size()).isEqualTo(1_500);
    assertThat(collected.deadLetters().get(0).get("reason").asText()).contains("max_storage_bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = 1)
  void job_bucketThatFails_eachRecordOnceCommittedOrHeldBack(long seed) throws Exception {
    Events events = new Events(seed, 12_000, 12_000);
    Path in = folder.resolve("in");
    events.writeTo(in, 3);
    quotas(null, 4_000L);
    FlakyStore.arm(seed, 10, 12);
    // Jobs that were killed, as other tests do, leave theirs.
    Set<Path> before = commitFolders();

    JsonNode done =
        run(
            FlakyStore::open,
            Stream.concat(
                    Stream.of("--file", in.toString(), "--segment-rows-max", "300"),
                    Stream.of(FAST_RESTARTS))
                .toArray(String[]::new));

    String because = "seed " + seed + " " + done;
    assertThat(FlakyStore.left()).as(because + ": failures that never fell").isZero();
    List<Long> orders = new ArrayList<>();
    collected.rows().forEach(row -> orders.add(row.order()));
    long upserts = collected.rows().stream().filter(row -> !row.isTombstone()).count();
    heldBack().forEach(line -> orders.add(Collected.json(line).get("order").asLong()));
    assertThat(upserts).as(because).isEqualTo(4_000);
    assertThat(orders).as(because).doesNotHaveDuplicates().hasSize((int) events.good());
    assertThat(done.get("quota_exceeded").asLong()).as(because).isEqualTo(heldBack().size());
    assertThat(done.get("rows_committed").asLong())
        .as(because)
        .isEqualTo(events.good() - heldBack().size());
    assertThat(before).as(because).containsAll(commitFolders());
  }

  private static Set<Path> commitFolders() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(path -> path.getFileName().toString().startsWith("akidb-commit-"))
          .collect(Collectors.toSet());
    }
  }
}
