package io.akidb.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.FaultInjectingStore;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantLifecycleTest {
  private static final LifecycleConfig CONFIG =
      new LifecycleConfig(Duration.ofDays(30), Duration.ofMinutes(1), Duration.ofHours(1));
  private static final CollectionName PRODUCTS = new CollectionName("products");

  private final MovingClock clock = new MovingClock(Instant.parse("2026-11-21T08:00:00Z"));
  private final ObjectStore store = new InMemoryStore(clock);
  private final TenantRegistry registry = new TenantRegistry(store, clock);

  /** A room that keeps one object a tenant outside its prefix, as that of the API keys does. */
  private static String keyOutside(TenantId id) {
    return TenantNamespace.SYSTEM_PREFIX + "api-keys/" + id;
  }

  private TenantLifecycle node(ObjectStore through) {
    return new TenantLifecycle(
        through,
        new TenantRegistry(through, clock),
        CONFIG,
        List.of(id -> through.delete(keyOutside(id))));
  }

  private static TenantLifecycle.Created<String> create(TenantLifecycle node, ObjectStore through) {
    return node.create(
        "Acme",
        TenantQuotas.UNLIMITED,
        Map.of(),
        id -> {
          through.put(keyOutside(id), new byte[] {1});
          return "key of " + id;
        });
  }

  private Set<String> keys(String prefix) {
    TreeSet<String> keys = new TreeSet<>();
    String after = null;
    do {
      ListPage page = store.list(prefix, after, 1000);
      page.objects().stream().map(ObjectMetadata::key).forEach(keys::add);
      after = page.nextStartAfter();
    } while (after != null);
    return keys;
  }

  private void fill(TenantId id, int objects) {
    TenantNamespace namespace = new TenantNamespace(id);
    store.put(namespace.headKey(PRODUCTS), new byte[] {1});
    for (int i = 1; i < objects; i++) {
      store.put(namespace.segmentKey(PRODUCTS, new UUID(7, i)), new byte[] {2});
    }
  }

  @Test
  void create_withItsParts_isActiveWithThem() {
    TenantLifecycle.Created<String> created = create(node(store), store);
    TenantId id = created.versioned().tenant().tenantId();

    assertThat(created.part()).isEqualTo("key of " + id);
    assertThat(registry.get(id)).isEqualTo(created.versioned());
    assertThat(keys("akidb/system/")).containsExactly(keyOutside(id));
    assertThat(node(store).sweep()).isEqualTo(new SweepReport(0, 0, 0, 0, false));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void create_killedAtEachWriteInTurn_isWholeOrLeavesNothing(boolean afterTheWrite) {
    int whole = 0;
    int nothing = 0;
    boolean died = true;
    for (int write = 1; died; write++) {
      DyingProcess process = new DyingProcess(store, write, afterTheWrite);
      ObjectStore through = process.store();
      try {
        create(node(through), through);
      } catch (ObjectStoreException e) {
        assertThat(process.isDead()).as("write %d", write).isTrue();
      }
      died = process.isDead();

      // At once, before anything is repaired: a half-made tenant is nobody's.
      List<Tenant> seen = registry.list(null, 100).tenants();
      assertThat(seen)
          .as("write %d", write)
          .allSatisfy(tenant -> assertThat(keys(keyOutside(tenant.tenantId()))).hasSize(1));
      clock.advance(CONFIG.creationGrace());
      TenantLifecycle started = node(store);
      started.sweep();
      clock.advance(CONFIG.lateWrites());
      started.sweep();

      assertThat(registry.list(null, 100).tenants()).isEqualTo(seen);
      assertThat(keys("akidb/tenants/")).as("write %d", write).hasSize(seen.size());
      assertThat(keys("akidb/system/")).as("write %d", write).hasSize(seen.size());
      if (seen.isEmpty()) {
        nothing++;
      } else {
        whole++;
        registry.delete(seen.get(0).tenantId(), Duration.ZERO, null);
        started.sweep();
        clock.advance(CONFIG.lateWrites());
        started.sweep();
        assertThat(keys("akidb/")).isEmpty();
      }
    }
    // Three writes: dying before any of them leaves nothing, dying after the last leaves a tenant.
    assertThat(List.of(nothing, whole)).isEqualTo(afterTheWrite ? List.of(2, 2) : List.of(3, 1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deletionAndPurge_killedAtEachWriteInTurn_areFinishedByTheNextStart(boolean afterTheWrite) {
    boolean died = true;
    int kills = 0;
    for (int write = 1; died; write++) {
      TenantId id = create(node(store), store).versioned().tenant().tenantId();
      TenantId other = create(node(store), store).versioned().tenant().tenantId();
      fill(id, 5);
      fill(other, 5);
      Set<String> others = keys(new TenantNamespace(other).prefix());
      registry.delete(id, CONFIG.retention(), null);
      clock.advance(CONFIG.retention());

      DyingProcess process = new DyingProcess(store, write, afterTheWrite);
      TenantLifecycle dying = node(process.store());
      dying.sweep();
      clock.advance(CONFIG.lateWrites());
      if (!process.isDead()) {
        dying.sweep();
      }
      died = process.isDead();
      kills += died ? 1 : 0;

      assertThat(registry.find(id)).as("write %d", write).isEmpty();
      TenantLifecycle started = node(store);
      started.sweep();
      clock.advance(CONFIG.lateWrites());
      started.sweep();
      assertThat(keys(new TenantNamespace(id).prefix())).as("write %d", write).isEmpty();
      assertThat(keys(keyOutside(id))).as("write %d", write).isEmpty();
      assertThat(keys(new TenantNamespace(other).prefix())).isEqualTo(others);
      assertThat(keys(keyOutside(other))).hasSize(1);
    }
    // To purging; the key outside; five objects; then the key's removal again, and the descriptor.
    assertThat(kills).isEqualTo(9);
  }

  @Test
  void delete_killedAtItsOneWrite_happenedOrDidNot() {
    for (boolean after : new boolean[] {false, true}) {
      TenantId id = create(node(store), store).versioned().tenant().tenantId();
      fill(id, 3);
      DyingProcess process = new DyingProcess(store, 1, after);
      TenantLifecycle dying = node(process.store());
      assertThatThrownBy(() -> dying.delete(id, null)).isInstanceOf(ObjectStoreException.class);

      node(store).sweep();
      assertThat(registry.find(id).isPresent()).isEqualTo(!after);
      assertThat(keys(new TenantNamespace(id).prefix())).as("nothing is purged yet").hasSize(4);
      assertThat(keys(keyOutside(id))).hasSize(1);
    }
  }

  @Test
  void sweep_beforeThePurgeDate_leavesEverythingToBeRestored() {
    TenantLifecycle node = node(store);
    VersionedTenant created = create(node, store).versioned();
    TenantId id = created.tenant().tenantId();
    fill(id, 4);
    Set<String> before = keys("akidb/");
    node.delete(id, created.etag());
    clock.advance(CONFIG.retention().minusMillis(1));

    assertThat(node.sweep().begun()).isZero();
    assertThat(registry.restore(id, null).tenant()).isEqualTo(created.tenant());
    assertThat(keys("akidb/")).isEqualTo(before);
    clock.advance(CONFIG.retention());
    assertThat(node.sweep()).isEqualTo(new SweepReport(0, 0, 0, 0, false));
  }

  @Test
  void purge_ofManyObjects_goesOnWhereItStopped() {
    TenantLifecycle node = node(store);
    TenantId id = create(node, store).versioned().tenant().tenantId();
    int objects = TenantLifecycle.OBJECTS_PER_SWEEP_MAX + 1500;
    fill(id, objects);
    node.delete(id, null);
    clock.advance(CONFIG.retention());

    SweepReport first = node.sweep();
    assertThat(first.unfinished()).isTrue();
    assertThat(first.begun()).isEqualTo(1);
    SweepReport second = node.sweep();
    assertThat(second.unfinished()).isFalse();
    assertThat(first.objects() + second.objects()).isEqualTo(objects);
    assertThat(registry.findAny(id))
        .map(found -> found.tenant().state())
        .hasValue(TenantState.PURGING);
    assertThatThrownBy(() -> registry.restore(id, null)).isInstanceOf(TenantStateException.class);
  }

  @Test
  void purge_whileAJobStillWrites_removesTheLateObjectsToo() {
    TenantLifecycle node = node(store);
    TenantId id = create(node, store).versioned().tenant().tenantId();
    fill(id, 2);
    node.delete(id, null);
    clock.advance(CONFIG.retention());
    node.sweep();
    store.put(new TenantNamespace(id).segmentKey(PRODUCTS, UUID.randomUUID()), new byte[] {3});
    clock.advance(CONFIG.lateWrites());

    SweepReport last = node.sweep();
    assertThat(last.objects()).isEqualTo(1);
    assertThat(last.finished()).isEqualTo(1);
    assertThat(keys("akidb/")).isEmpty();
  }

  @Test
  void create_slowerThanItsGrace_failsAndLeavesNothing() {
    TenantLifecycle slow = node(store);
    TenantLifecycle sweeper = node(store);
    assertThatThrownBy(
            () ->
                slow.create(
                    "Acme",
                    TenantQuotas.UNLIMITED,
                    Map.of(),
                    id -> {
                      clock.advance(CONFIG.creationGrace());
                      assertThat(sweeper.sweep().abandoned()).isEqualTo(1);
                      store.put(keyOutside(id), new byte[] {1});
                      return id;
                    }))
        .isInstanceOf(TenantConflictException.class);
    clock.advance(CONFIG.lateWrites());
    sweeper.sweep();
    assertThat(keys("akidb/")).isEmpty();
  }

  @Test
  void sweep_byTwoNodesAtOnce_countsEachTenantOnce() throws Exception {
    TenantLifecycle node = node(store);
    for (int i = 0; i < 20; i++) {
      TenantId id = create(node, store).versioned().tenant().tenantId();
      fill(id, 10);
      node.delete(id, null);
    }
    clock.advance(CONFIG.retention());
    List<SweepReport> reports = java.util.Collections.synchronizedList(new ArrayList<>());
    Thread other = new Thread(() -> reports.add(node(store).sweep()));
    other.start();
    reports.add(node.sweep());
    other.join();
    assertThat(reports.stream().mapToInt(SweepReport::begun).sum()).isEqualTo(20);
    clock.advance(CONFIG.lateWrites());
    node.sweep();
    assertThat(keys("akidb/")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyCalls_onAStoreThatFailsOften_endInWholeTenantsOrNone(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FaultInjectingStore faulty = new FaultInjectingStore(store, seed, 0.15);
    TenantLifecycle node = node(faulty);
    TenantRegistry throughFaults = new TenantRegistry(faulty, clock);
    List<TenantId> known = new ArrayList<>();
    for (int step = 0; step < 300; step++) {
      TenantId id = known.isEmpty() ? TenantId.DEFAULT : known.get(random.nextInt(known.size()));
      try {
        switch (random.nextInt(7)) {
          case 0, 1 -> {
            TenantId made = create(node, faulty).versioned().tenant().tenantId();
            known.add(made);
            fill(made, 1 + random.nextInt(4));
          }
          case 2 -> throughFaults.suspend(id, null);
          case 3 -> throughFaults.resume(id, null);
          case 4 -> node.delete(id, null);
          case 5 -> throughFaults.restore(id, null);
          default -> {
            clock.advance(Duration.ofDays(random.nextInt(20)));
            node.sweep();
          }
        }
      } catch (ObjectStoreException | TenancyException e) {
        // Told to the caller; what it left is looked at below.
      }
    }
    faulty.setQuiet(true);
    clock.advance(Duration.ofDays(40));
    node.sweep();
    clock.advance(CONFIG.lateWrites());
    node.sweep();

    assertThat(faulty.count()).isGreaterThan(20);
    Map<TenantId, Tenant> left = new HashMap<>();
    registry
        .list(null, 1000, EnumSet.allOf(TenantState.class))
        .tenants()
        .forEach(tenant -> left.put(tenant.tenantId(), tenant));
    assertThat(left.values()).as("seed %d", seed).allMatch(tenant -> tenant.state().isLive());
    assertThat(keys("akidb/system/"))
        .as("seed %d", seed)
        .isEqualTo(new TreeSet<>(left.keySet().stream().map(id -> keyOutside(id)).toList()));
    for (String key : keys("akidb/tenants/")) {
      String id = key.substring(14, key.indexOf('/', 14));
      assertThat(left).as("seed %d: %s", seed, key).containsKey(new TenantId(id));
    }
  }

  @Test
  void sweep_metByACorruptDescriptor_goesOnWithTheOthers() {
    TenantLifecycle node = node(store);
    TenantId id = create(node, store).versioned().tenant().tenantId();
    node.delete(id, null);
    store.put(
        new TenantNamespace(new TenantId("00000000-0000-4000-8000-000000000000"))
            .tenantManifestKey(),
        new byte[] {'{'});
    clock.advance(CONFIG.retention());
    assertThat(node.sweep().begun()).isEqualTo(1);
  }

  @Test
  void config_negative_isRefused() {
    assertThatThrownBy(() -> new LifecycleConfig(Duration.ofDays(-1), Duration.ZERO, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
