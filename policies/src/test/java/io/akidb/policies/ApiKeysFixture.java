package io.akidb.policies;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Keys in a bucket, with a clock that tests move. */
abstract class ApiKeysFixture {
  final ObjectStore store = new InMemoryStore(Clock.systemUTC());
  final AtomicLong nanos = new AtomicLong();
  final TenantId acme = TenantId.random();
  final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  final ApiKeys keys = node(null);

  ApiKeys node(String operatorKey) {
    return new ApiKeys(store, users(), clock, new SecureRandom(), operatorKey, nanos::get);
  }

  Users users() {
    return new Users(store, clock, nanos::get);
  }
}
