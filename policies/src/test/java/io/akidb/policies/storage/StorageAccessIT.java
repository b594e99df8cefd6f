package io.akidb.policies.storage;

import static io.akidb.policies.storage.SyncFixture.BYTES;
import static io.akidb.policies.storage.SyncFixture.NAME;
import static io.akidb.policies.storage.SyncFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.TenantNamespace;
import io.minio.admin.MinioAdminClient;
import io.minio.admin.UserInfo;
import io.minio.credentials.Credentials;
import io.minio.errors.ErrorResponseException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the identities that are made may do, as a real MinIO enforces it. */
class StorageAccessIT {
  @TempDir Path folder;
  private SyncFixture minio;

  @BeforeEach
  void makeTwoTenants() {
    minio = new SyncFixture(folder);
  }

  @AfterEach
  void removeIdentities() throws Exception {
    if (minio != null) {
      minio.end();
    }
  }

  @Test
  void credentials_onceStolen_makeNothingThatOutlivesTheirRotation() throws Exception {
    String head = new TenantNamespace(minio.tenantA).headKey(NAME);
    minio.store.put(head, BYTES);
    minio.sync();
    for (String label : List.of(minio.tenantA + "/ingest", minio.tenantA + "/build", "node")) {
      BucketConfig stolen = minio.credentials(label);
      MinioAdminClient thief = TestMinio.admin(stolen);
      assertThatThrownBy(() -> serviceAccount(thief, null)).hasMessageContaining("AccessDenied");
      assertThatThrownBy(
              () ->
                  thief.addUser(
                      String.valueOf(stolen.accessKey()),
                      UserInfo.Status.ENABLED,
                      "a-secret-of-the-thief",
                      null,
                      List.of()))
          .as("a secret of its own choice")
          .hasMessageContaining("AccessDenied");

      Credentials temporary = TestMinio.assumeRole(stolen);
      // One that was made when it could be, as by an earlier version's policy.
      Credentials earlier = serviceAccount(minio.admin, stolen.accessKey());
      for (Credentials derived : List.of(temporary, earlier)) {
        denied(derived, head);
      }
      try (ObjectStore still = minio.as(label)) {
        assertThat(still.get(head, 10).bytes()).isEqualTo(BYTES);
      }
      assertThat(minio.rotate(label.equals("node") ? "node" : minio.tenantA.value()))
          .hasSizeGreaterThan(1);
      for (Credentials derived : List.of(temporary, earlier)) {
        denied(derived, head);
      }
      refused(() -> ObjectStores.open(stolen).close());
    }
  }

  private static Credentials serviceAccount(MinioAdminClient client, @Nullable String of)
      throws Exception {
    String name = "sa" + UUID.randomUUID().toString().substring(0, 8);
    return client.addServiceAccount(name, "a-secret-" + name, of, null, null, null, null);
  }

  private void denied(Credentials credentials, String key) {
    assertThatThrownBy(() -> TestMinio.read(minio.bucket, credentials, key))
        .isInstanceOf(ErrorResponseException.class)
        .hasMessageContaining("Access Denied");
  }

  @Test
  void tenantsIdentities_ofWhateverPurpose_doWhatTheyAreForAndReachNothingOfAnotherTenant()
      throws Exception {
    minio.sync();
    TenantNamespace other = new TenantNamespace(minio.tenantB);
    minio.store.put(other.headKey(NAME), BYTES);
    for (Purpose purpose : Purpose.OF_TENANTS) {
      try (ObjectStore mine = minio.as(minio.tenantA + "/" + purpose.label())) {
        refused(() -> mine.get(other.headKey(NAME), 1 << 20));
        refused(() -> mine.get(other.tenantManifestKey(), 1 << 20));
        refused(() -> mine.head(other.headKey(NAME)));
        refused(() -> mine.put(other.headKey(NAME), BYTES));
        refused(() -> mine.put(other.segmentKey(NAME, UUID.randomUUID()), BYTES));
        refused(() -> mine.delete(other.headKey(NAME)));
        refused(() -> mine.list(other.prefix(), null, 10));
        refused(() -> mine.list(other.collectionsPrefix(), null, 10));
        refused(() -> mine.list(TenantNamespace.TENANTS_PREFIX, null, 10));
        refused(() -> mine.listFolders(TenantNamespace.TENANTS_PREFIX, null, 10));
        refused(() -> mine.list("", null, 10));
        refused(() -> mine.list(TenantNamespace.SYSTEM_PREFIX, null, 10));
        refused(() -> mine.get(TenantNamespace.SYSTEM_PREFIX + "users/x.json", 10));
        refused(() -> mine.put(new TenantNamespace(minio.tenantA).tenantManifestKey(), BYTES));
      }
    }
    assertThat(minio.store.get(other.headKey(NAME), 10).bytes()).isEqualTo(BYTES);
    mayDoWhatTheyAreForAndNoMore();
  }

  private void mayDoWhatTheyAreForAndNoMore() throws Exception {
    TenantNamespace own = new TenantNamespace(minio.tenantA);
    String segment = own.segmentKey(NAME, UUID.randomUUID());
    String shard = own.shardKey(NAME, UUID.randomUUID(), 0);
    minio.store.put(own.headKey(NAME), BYTES);
    minio.store.put(shard, BYTES);
    try (ObjectStore ingest = minio.as(minio.tenantA + "/ingest")) {
      ingest.put(segment, BYTES);
      assertThat(ingest.get(own.headKey(NAME), 10).bytes()).isEqualTo(BYTES);
      refused(() -> ingest.delete(segment));
      refused(() -> ingest.get(shard, 10));
      refused(() -> ingest.put(shard, BYTES));
      assertThat(ingest.listFolders(own.collectionsPrefix(), null, 10).names())
          .containsExactly(NAME.value());
      assertThat(ingest.head(own.tenantManifestKey())).isPresent();
      refused(() -> ingest.list(own.collectionPrefix(NAME), null, 10));
    }
    try (ObjectStore read = minio.as(minio.tenantA + "/read")) {
      assertThat(read.get(shard, 10).bytes()).isEqualTo(BYTES);
      assertThat(read.list(own.collectionsPrefix(), null, 10).objects()).hasSize(3);
      refused(() -> read.put(segment, BYTES));
      refused(() -> read.delete(segment));
    }
    try (ObjectStore build = minio.as(minio.tenantA + "/build")) {
      assertThat(build.list(own.collectionPrefix(NAME), null, 10).objects()).hasSize(3);
      refused(() -> build.put(segment, BYTES));
      refused(() -> build.delete(own.headKey(NAME)));
      build.delete(shard);
    }
    try (ObjectStore node = minio.as("node")) {
      assertThat(node.listFolders(TenantNamespace.TENANTS_PREFIX, null, 10).names()).hasSize(2);
      node.put(TenantNamespace.SYSTEM_PREFIX + "audit/x.json", BYTES);
      refused(() -> node.delete(TenantNamespace.SYSTEM_PREFIX + "audit/x.json"));
      node.delete(own.headKey(NAME));
      refused(() -> node.put("elsewhere", BYTES));
    }
  }
}
