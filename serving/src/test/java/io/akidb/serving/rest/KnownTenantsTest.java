package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.HookedStore;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantRegistry;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KnownTenantsTest {
  private final HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
  private final TenantRegistry registry = new TenantRegistry(store, Clock.systemUTC());
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger looks = new AtomicInteger();
  private final KnownTenants known = new KnownTenants(registry, nanos::get);

  @BeforeEach
  void create() {
    registry.ensure(TenantId.DEFAULT);
    took(0);
  }

  /** How long the bucket takes from now on. */
  private void took(long elapsed) {
    store.before(
        (method, key) -> {
          looks.incrementAndGet();
          nanos.addAndGet(elapsed);
        });
  }

  @Test
  void tenant_isLookedUpOnceWithinTheTimeThatItIsTrusted() {
    assertThat(known.get(TenantId.DEFAULT)).isPresent();
    nanos.addAndGet(KnownTenants.TRUST.toNanos() - 1);
    assertThat(known.get(TenantId.DEFAULT)).isPresent();
    assertThat(looks).hasValue(1);
    nanos.addAndGet(1);
    assertThat(known.get(TenantId.DEFAULT)).isPresent();
    assertThat(looks).hasValue(2);
  }

  @Test
  void tenant_thatTheBucketWasSlowToTell_isTrustedFromWhenTheLookBegan() {
    long slow = KnownTenants.TRUST.toNanos() * 2 / 3;
    took(slow);
    assertThat(known.get(TenantId.DEFAULT)).isPresent();
    nanos.addAndGet(slow);
    assertThat(known.get(TenantId.DEFAULT)).isPresent();
    assertThat(looks).as("of what was older than it is trusted").hasValue(2);
  }

  @Test
  void tenant_thatWasChangedHere_isLookedUpAnew() {
    assertThat(known.get(TenantId.DEFAULT).orElseThrow().isActive()).isTrue();
    registry.suspend(TenantId.DEFAULT, null);
    known.forget(TenantId.DEFAULT);
    assertThat(known.get(TenantId.DEFAULT).orElseThrow().isActive()).isFalse();
    assertThat(known.get(TenantId.random())).isEmpty();
  }
}
