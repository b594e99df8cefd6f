package io.akidb.policies.storage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.objectstore.StoreAccessDeniedException;
import io.akidb.policies.storage.SyncPolicies.Request;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import io.minio.admin.MinioAdminClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** A bucket with two tenants on the MinIO of the tests. */
final class SyncFixture {
  static final CollectionName NAME = new CollectionName("products");
  static final byte[] BYTES = "bytes".getBytes(StandardCharsets.UTF_8);

  final BucketConfig bucket = TestMinio.newBucket();
  final ObjectStore store = ObjectStores.open(bucket);
  final TenantRegistry registry = new TenantRegistry(store, Clock.systemUTC());
  final MinioAdminClient admin = TestMinio.admin(bucket);
  final OwnedNames names = new OwnedNames(bucket);
  final TenantId tenantA = newTenant("a");
  final TenantId tenantB = newTenant("b");
  final Path credentials;

  /** Makes the tenants; skips without a MinIO. */
  SyncFixture(Path folder) {
    this.credentials = folder.resolve("credentials");
  }

  private TenantId newTenant(String name) {
    return registry.create(name, TenantQuotas.UNLIMITED, Map.of()).tenant().tenantId();
  }

  List<ObjectNode> sync() {
    return sync(new Request(false, credentials, null));
  }

  List<ObjectNode> sync(Request request) {
    List<ObjectNode> said = new ArrayList<>();
    new SyncPolicies(bucket, store, Clock.systemUTC(), new SecureRandom())
        .run(request, change -> {}, said::add);
    return said;
  }

  List<ObjectNode> rotate(@Nullable String whose) {
    return sync(new Request(false, credentials, whose));
  }

  static List<String> actions(List<ObjectNode> said) {
    return said.stream()
        .filter(line -> line.get("type").textValue().equals("step"))
        .map(line -> line.get("action").textValue() + " " + line.get("identity").textValue())
        .toList();
  }

  BucketConfig credentials(String label) throws IOException {
    List<String> lines = Files.readAllLines(credentials.resolve(label + ".env"));
    return TestMinio.as(
        bucket,
        lines.get(1).substring("AKIDB_ACCESS_KEY=".length()),
        lines.get(2).substring("AKIDB_SECRET_KEY=".length()));
  }

  ObjectStore as(String label) throws IOException {
    return ObjectStores.open(credentials(label));
  }

  Set<String> accounts() throws Exception {
    return admin.listUsers().keySet().stream()
        .filter(names::ownsAccount)
        .collect(Collectors.toSet());
  }

  static void refused(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(StoreAccessDeniedException.class);
  }

  /** Closes the bucket, and leaves nothing behind that others of the store would see. */
  void end() throws Exception {
    store.close();
    for (String user : accounts()) {
      admin.deleteUser(user);
    }
    for (String policy : admin.listCannedPolicies().keySet()) {
      if (names.ownsPolicy(policy)) {
        admin.removeCannedPolicy(policy);
      }
    }
  }
}
