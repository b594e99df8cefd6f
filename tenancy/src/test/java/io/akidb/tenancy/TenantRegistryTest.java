package io.akidb.tenancy;

import static io.akidb.tenancy.TenantState.DELETED;
import static io.akidb.tenancy.TenantState.SUSPENDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantRegistryTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-21T08:00:00Z"), ZoneOffset.UTC);

  private static final Duration RETENTION = Duration.ofDays(1);

  private final ObjectStore store = new InMemoryStore(CLOCK);
  private final TenantRegistry registry = new TenantRegistry(store, CLOCK);

  @Test
  void create_thenGet_answersTheSame() {
    TenantQuotas quotas = new TenantQuotas(1L << 30, 10, 1_000_000L, 100, 20);
    VersionedTenant created = registry.create("Acme", quotas, Map.of("plan", "gold"));

    assertThat(registry.get(created.tenant().tenantId())).isEqualTo(created);
    assertThat(created.tenant().name()).isEqualTo("Acme");
    assertThat(created.tenant().quotas()).isEqualTo(quotas);
    assertThat(created.tenant().metadata()).containsExactly(Map.entry("plan", "gold"));
    assertThat(created.tenant().createdAt()).isEqualTo(CLOCK.instant());
    assertThat(created.tenant().isActive()).isTrue();
  }

  @Test
  void create_underATakenId_isAConflict() {
    registry.create(TenantId.DEFAULT, "one", TenantQuotas.UNLIMITED, Map.of());
    assertThatThrownBy(
            () -> registry.create(TenantId.DEFAULT, "two", TenantQuotas.UNLIMITED, Map.of()))
        .isInstanceOf(TenantConflictException.class);
  }

  @Test
  void ensureDefault_isCreatedOnce() {
    VersionedTenant first = registry.ensureDefault();
    assertThat(registry.ensureDefault()).isEqualTo(first);
  }

  @Test
  void ensureDefault_racedByManyNodes_isOneTenant() throws Exception {
    try (ExecutorService nodes = Executors.newFixedThreadPool(8)) {
      List<Callable<VersionedTenant>> calls =
          IntStream.range(0, 40)
              .<Callable<VersionedTenant>>mapToObj(i -> registry::ensureDefault)
              .toList();
      TreeSet<String> etags = new TreeSet<>();
      for (Future<VersionedTenant> answer : nodes.invokeAll(calls)) {
        etags.add(answer.get().etag());
      }
      assertThat(etags).hasSize(1);
    }
  }

  @Test
  void update_withAnOldEtag_isAConflictAndChangesNothing() {
    VersionedTenant created = registry.create("Acme", TenantQuotas.UNLIMITED, Map.of());
    TenantId id = created.tenant().tenantId();
    VersionedTenant updated =
        registry.update(id, "Acme 2", TenantQuotas.UNLIMITED, Map.of("a", "b"), created.etag());

    assertThatThrownBy(
            () -> registry.update(id, "Acme 3", TenantQuotas.UNLIMITED, Map.of(), created.etag()))
        .isInstanceOf(TenantConflictException.class);
    assertThat(registry.get(id)).isEqualTo(updated);
    assertThat(
            registry.update(id, "Acme 4", TenantQuotas.UNLIMITED, Map.of(), null).tenant().name())
        .isEqualTo("Acme 4");
  }

  @Test
  void delete_thenEverythingButLookingAndRestoring_isRefused() {
    VersionedTenant created = registry.create("Acme", TenantQuotas.UNLIMITED, Map.of());
    TenantId id = created.tenant().tenantId();
    registry.delete(id, RETENTION, created.etag());

    assertThat(registry.find(id)).isEmpty();
    assertThat(registry.list(null, 10).tenants()).isEmpty();
    assertThat(registry.findAny(id)).map(found -> found.tenant().state()).hasValue(DELETED);
    assertThat(registry.list(null, 10, EnumSet.of(DELETED)).tenants())
        .extracting(Tenant::purgeAt)
        .containsExactly(CLOCK.instant().plus(RETENTION));
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> registry.delete(id, RETENTION, null),
            () -> registry.suspend(id, null),
            () -> registry.resume(id, null),
            () -> registry.ensure(id),
            () -> registry.update(id, "x", TenantQuotas.UNLIMITED, Map.of(), null))) {
      assertThatThrownBy(call)
          .isInstanceOf(TenantStateException.class)
          .hasMessageContaining("can be restored until 2026-11-22T08:00:00Z");
    }
    assertThatThrownBy(() -> registry.create(id, "again", TenantQuotas.UNLIMITED, Map.of()))
        .isInstanceOf(TenantConflictException.class);
  }

  @Test
  void restore_ofADeletedTenant_bringsBackWhatItWas() {
    VersionedTenant active = registry.create("Acme", TenantQuotas.UNLIMITED, Map.of("a", "b"));
    TenantId id = active.tenant().tenantId();
    assertThatThrownBy(() -> registry.restore(id, null))
        .isInstanceOf(TenantStateException.class)
        .hasMessageContaining("not deleted");
    registry.delete(id, RETENTION, null);
    assertThat(registry.restore(id, null).tenant()).isEqualTo(active.tenant());

    Tenant suspended = registry.suspend(id, null).tenant();
    registry.delete(id, RETENTION, null);
    assertThat(registry.restore(id, null).tenant()).isEqualTo(suspended);

    registry.delete(id, Duration.ZERO, null);
    assertThatThrownBy(() -> registry.restore(id, null))
        .isInstanceOf(TenantStateException.class)
        .hasMessageContaining("being purged");
  }

  @Test
  void suspend_andResume_areRepeatableAndKeepTheRest() {
    VersionedTenant active = registry.create("Acme", TenantQuotas.UNLIMITED, Map.of("a", "b"));
    TenantId id = active.tenant().tenantId();

    VersionedTenant suspended = registry.suspend(id, active.etag());
    assertThat(suspended.tenant().state()).isEqualTo(SUSPENDED);
    assertThat(suspended.tenant().suspendedAt()).isEqualTo(CLOCK.instant());
    assertThat(registry.suspend(id, null)).isEqualTo(suspended);
    assertThat(registry.find(id)).contains(suspended);
    assertThat(registry.update(id, "New", TenantQuotas.UNLIMITED, Map.of(), null).tenant().state())
        .isEqualTo(SUSPENDED);
    registry.update(id, "Acme", TenantQuotas.UNLIMITED, Map.of("a", "b"), null);
    assertThatThrownBy(() -> registry.resume(id, "an old etag"))
        .isInstanceOf(TenantConflictException.class);
    assertThat(registry.resume(id, null).tenant()).isEqualTo(active.tenant());
    assertThat(registry.resume(id, null).tenant()).isEqualTo(active.tenant());
  }

  @Test
  void changes_byManyAtOnceWithoutIfMatch_allHappen() throws Exception {
    TenantId id = registry.create("Acme", TenantQuotas.UNLIMITED, Map.of()).tenant().tenantId();
    try (ExecutorService nodes = Executors.newFixedThreadPool(4)) {
      List<Callable<VersionedTenant>> calls =
          IntStream.range(0, 4)
              .<Callable<VersionedTenant>>mapToObj(
                  i ->
                      () ->
                          registry.update(id, "name " + i, TenantQuotas.UNLIMITED, Map.of(), null))
              .toList();
      for (Future<VersionedTenant> answer : nodes.invokeAll(calls)) {
        assertThat(answer.get().tenant().name()).startsWith("name ");
      }
    }
  }

  @Test
  void list_withForeignFoldersBesideTheTenants_passesThemOver() {
    store.put(TenantNamespace.TENANTS_PREFIX + "lost_found/x", new byte[] {1});
    registry.ensureDefault();
    assertThat(registry.list(null, 10).tenants()).hasSize(1);
  }

  @Test
  void descriptorFromBeforeThereWereStates_isRead() {
    String before =
        "{\"tenant_id\":\"default\",\"name\":\"d\",\"created_at\":\"2026-11-21T08:00:00Z\","
            + "\"deleted_at\":DELETED,\"quotas\":{},\"metadata\":{}}";
    String key = new TenantNamespace(TenantId.DEFAULT).tenantManifestKey();
    store.put(key, before.replace("DELETED", "null").getBytes(StandardCharsets.UTF_8));
    assertThat(registry.get(TenantId.DEFAULT).tenant().state()).isEqualTo(TenantState.ACTIVE);

    store.put(
        key,
        before.replace("DELETED", "\"2026-11-21T08:00:00Z\"").getBytes(StandardCharsets.UTF_8));
    Tenant deleted = registry.findAny(TenantId.DEFAULT).orElseThrow().tenant();
    assertThat(deleted.state()).isEqualTo(DELETED);
    assertThat(deleted.purgeAt()).isEqualTo(Instant.parse("2026-12-21T08:00:00Z"));
  }

  @Test
  void descriptor_statesAndTimesThatDisagree_areCorrupt() {
    String key = new TenantNamespace(TenantId.DEFAULT).tenantManifestKey();
    for (String state : List.of("suspended", "deleted", "purging", "frozen")) {
      String json =
          "{\"tenant_id\":\"default\",\"name\":\"d\",\"state\":\""
              + state
              + "\",\"created_at\":\"2026-11-21T08:00:00Z\",\"quotas\":{},\"metadata\":{}}";
      store.put(key, json.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> registry.find(TenantId.DEFAULT))
          .as(state)
          .isInstanceOf(CorruptTenantException.class);
    }
  }

  @Test
  void get_ofNoTenant_isNotFound() {
    assertThatThrownBy(() -> registry.get(TenantId.random()))
        .isInstanceOf(TenantNotFoundException.class);
  }

  @Test
  void list_pageByPage_answersEachTenantOnce() {
    TreeSet<TenantId> expected = new TreeSet<>();
    for (int i = 0; i < 25; i++) {
      expected.add(registry.create("t" + i, TenantQuotas.UNLIMITED, Map.of()).tenant().tenantId());
    }
    List<TenantId> listed = new ArrayList<>();
    String cursor = null;
    do {
      TenantPage page = registry.list(cursor, 7);
      page.tenants().forEach(tenant -> listed.add(tenant.tenantId()));
      cursor = page.nextCursor();
    } while (cursor != null);
    assertThat(listed).containsExactlyElementsOf(expected);
  }

  @Test
  void list_withADamagedDescriptor_namesItAndShowsTheOthers() {
    TenantId whole = registry.create("t", TenantQuotas.UNLIMITED, Map.of()).tenant().tenantId();
    store.put(
        new TenantNamespace(TenantId.DEFAULT).tenantManifestKey(),
        "{".getBytes(StandardCharsets.UTF_8));

    TenantPage page = registry.list(null, 10);

    assertThat(page.tenants()).extracting(Tenant::tenantId).containsExactly(whole);
    assertThat(page.unreadable()).containsExactly(TenantId.DEFAULT);
  }

  @Test
  void list_withAHostileCursor_isRefused() {
    assertThatThrownBy(() -> registry.list("../../x", 7)).isInstanceOf(InvalidNameException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"tenant_id\":\"../x\"}",
        "{\"tenant_id\":\"default\",\"name\":\"d\",\"created_at\":\"yesterday\",\"quotas\":{},\"metadata\":{}}",
        "{\"tenant_id\":\"default\",\"name\":\"d\",\"created_at\":\"2026-11-21T08:00:00Z\",\"deleted_at\":null,"
            + "\"quotas\":{},\"metadata\":{},\"from_the_future\":1}"
      })
  void find_ofACorruptDescriptor_saysSo(String json) {
    store.put(
        new TenantNamespace(TenantId.DEFAULT).tenantManifestKey(),
        json.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> registry.find(TenantId.DEFAULT))
        .isInstanceOf(CorruptTenantException.class);
  }

  @Test
  void descriptor_outOfBounds_isRefusedNamingTheField() {
    assertRefused("name", " ", Map.of());
    assertRefused("name", "x".repeat(129), Map.of());
    assertRefused("name", "a\nb", Map.of());
    assertRefused("metadata", "ok", Map.of("k", "x".repeat(1025)));
    assertRefused(
        "metadata",
        "ok",
        IntStream.rangeClosed(0, Tenant.METADATA_ENTRIES_MAX)
            .boxed()
            .collect(Collectors.toMap(i -> "k" + i, i -> "v")));
    assertThatThrownBy(() -> new TenantQuotas(0L, null, null, null, null))
        .hasMessageContaining("quotas.max_storage_bytes");
    assertThatThrownBy(() -> new TenantQuotas(null, null, null, -5, null))
        .hasMessageContaining("quotas.api_rate_limit_per_second");
  }

  private void assertRefused(String field, String name, Map<String, String> metadata) {
    assertThatThrownBy(() -> registry.create(name, TenantQuotas.UNLIMITED, metadata))
        .isInstanceOf(InvalidNameException.class)
        .satisfies(e -> assertThat(((InvalidNameException) e).field()).isEqualTo(field));
  }
}
