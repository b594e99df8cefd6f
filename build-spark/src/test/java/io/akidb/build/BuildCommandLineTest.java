package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.BuildRequest;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorCollection;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line of the job asks for, and what it answers. */
class BuildCommandLineTest {
  @TempDir Path folder;
  private Bucket bucket;

  @BeforeEach
  void fill() {
    bucket = Bucket.local(folder, CollectionSchema.of(8, Metric.L2));
    bucket.append(new Vectors(5, 8, 4).rows(0, 400, 100));
  }

  @AfterEach
  void close() {
    bucket.close();
  }

  private BuildRequest request(IndexParameters parameters) {
    return bucket.collection.builds().request(parameters);
  }

  private static IndexParameters parameters(int rowsMax) {
    return new IndexParameters(16, 32, 1.2, 0, 0.5, rowsMax, 0.2, 42);
  }

  @Test
  void build_parametersTheIndexRefuses_failsBeforeReading() {
    Bucket.Run run = bucket.build("--pq-subvectors", "9");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.last().get("message").asText()).contains("pq_subvectors").contains("8");
    assertThat(bucket.collection.builds().latest().orElseThrow().error()).contains("pq_subvectors");
  }

  @Test
  void pending_severalTenants_buildsThemAll() {
    String other = TenantId.random().value();
    VectorCollection second =
        bucket.catalog.create(
            new TenantContext(new TenantId(other), "test"),
            new CollectionName("more"),
            CollectionSchema.of(4, Metric.DOT));
    request(parameters(1000));
    second.builds().request(IndexParameters.defaults());
    bucket.store.put("akidb/tenants/not-a-tenant/x", new byte[1]);

    Bucket.Run run = bucket.run(List.of("--pending", "--owner", "operator"));
    Bucket.Run again = bucket.run(List.of("--pending", "--tenant", other, "--collection", "more"));

    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(run.last().get("builds").asInt()).isEqualTo(2);
    assertThat(bucket.collection.head().index().rows()).isEqualTo(400);
    assertThat(second.head().index().rows()).isZero();
    assertThat(second.builds().latest().orElseThrow().owner()).isEqualTo("operator");
    assertThat(again.last().get("builds").asInt()).isZero();
  }

  @Test
  void pending_damagedOrUnservedTenants_stopNobodyElsesBuilds() {
    TenantId other = TenantId.random();
    requestOf(other, "damaged");
    bucket.store.put(
        new TenantContext(other, "test").namespace().headKey(new CollectionName("damaged")),
        "no manifest".getBytes(StandardCharsets.UTF_8));
    TenantRegistry tenants = new TenantRegistry(bucket.store, Clock.systemUTC());
    TenantId suspended =
        tenants.create("late payer", TenantQuotas.UNLIMITED, Map.of()).tenant().tenantId();
    VectorCollection unserved = requestOf(suspended, "unserved");
    tenants.suspend(suspended, null);
    request(parameters(1000));

    Bucket.Run run = bucket.run(List.of("--pending", "--owner", "operator"));

    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(run.last().get("builds").asInt()).isEqualTo(1);
    assertThat(bucket.collection.head().index().rows()).isEqualTo(400);
    assertThat(unserved.builds().latest().orElseThrow().state())
        .isEqualTo(BuildRequest.State.PENDING);
  }

  private VectorCollection requestOf(TenantId tenant, String name) {
    VectorCollection collection =
        bucket.catalog.create(
            new TenantContext(tenant, "test"),
            new CollectionName(name),
            CollectionSchema.of(4, Metric.DOT));
    collection.builds().request(IndexParameters.defaults());
    return collection;
  }

  @Test
  void buildId_finishedOrUnknown_saysSo() {
    assertThat(bucket.build().exitCode()).isZero();
    UUID finished = bucket.collection.head().index().buildId();

    Bucket.Run again = bucket.build("--build-id", finished.toString());
    Bucket.Run unknown = bucket.build("--build-id", UUID.randomUUID().toString());

    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.last().get("message").asText()).contains("ended already: ready");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.errors()).containsAnyOf("no build request", "not found", "no build");
  }

  @Test
  void build_missingCollection_saysSo() {
    Bucket.Run run = bucket.run(List.of("--tenant", Bucket.TENANT, "--collection", "nothing"));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errors()).contains("nothing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--tenant default",
        "--pending --build-id 6f1c0a52-6a2a-4c1e-8ad7-111111111111",
        "--pending --collection things",
        "--pending --seed 3",
        "--tenant Default --collection things",
        "--tenant default --collection THINGS",
        "--tenant default --collection things --max-degree 2",
        "--tenant default --collection things --partition-overlap 2",
        "--tenant default --collection things --build-id nonsense",
        "--tenant default --collection things --lease-seconds 0",
        "--unknown"
      })
  void build_wrongCommandLine_exitsWithTwo(String line) {
    Bucket.Run run = bucket.run(List.of(line.split(" ", -1)));

    assertThat(run.exitCode()).as(run.errors()).isEqualTo(2);
    assertThat(run.errors()).isNotBlank();
  }
}
