package io.akidb.policies.audit;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bucket with audit logs, and hands that tamper with it. */
final class TestLog {
  static final TenantId TENANT = new TenantId("0b7a4a10-3c1e-4a53-9d1b-1c8f0c3b5a77");
  static final AuditConfig SHORT = config(Duration.ofHours(1));

  final ObjectStore store = new InMemoryStore(Clock.systemUTC());

  static AuditConfig config(Duration witnessInterval) {
    return new AuditConfig(
        100, 10, Duration.ZERO, Duration.ofSeconds(20), Duration.ofMillis(5), witnessInterval);
  }

  /** A log whose process witnesses all the time. */
  AuditLog openWitnessing(String node) {
    return new AuditLog(
        store, Clock.systemUTC(), new SecureRandom(), node, null, config(Duration.ofMillis(5)));
  }

  TestLog() {
    store.put(new TenantNamespace(TENANT).tenantManifestKey(), new byte[] {'{', '}'});
  }

  AuditLog open(String node, @Nullable PrivateKey root) {
    return open(store, node, root);
  }

  static AuditLog open(ObjectStore store, String node, @Nullable PrivateKey root) {
    return new AuditLog(store, Clock.systemUTC(), new SecureRandom(), node, root, SHORT);
  }

  static AuditEvent event(String what, @Nullable TenantId tenant) {
    return AuditEvent.of("key:somebody", "collections.create", what, tenant, Outcome.SUCCEEDED);
  }

  /** A chain of that many batches, each of one event of the tenant's. */
  void write(String node, int batches) {
    write(node, batches, null);
  }

  void write(String node, int batches, @Nullable PrivateKey root) {
    try (AuditLog log = open(node, root)) {
      for (int i = 0; i < batches; i++) {
        log.require(event(node + "-" + i, TENANT));
      }
    }
  }

  List<String> keys(String prefix) {
    List<String> keys = new ArrayList<>();
    ListPage page = store.list(prefix, null, 1000);
    for (ObjectMetadata object : page.objects()) {
      keys.add(object.key());
    }
    return keys;
  }

  List<String> batches() {
    return keys(AuditKeys.LOG);
  }

  List<String> copies() {
    return keys(AuditKeys.log(TENANT));
  }

  byte[] bytes(String key) {
    return store.get(key, 1 << 20).bytes();
  }

  Verification verify() {
    return verify(null, List.of());
  }

  Verification verify(@Nullable String rootKeys, List<String> known) {
    return new AuditVerifier(store, rootKeys, known).verify();
  }
}
