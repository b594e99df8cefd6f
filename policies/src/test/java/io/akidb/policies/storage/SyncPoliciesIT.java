package io.akidb.policies.storage;

import static io.akidb.policies.storage.SyncFixture.BYTES;
import static io.akidb.policies.storage.SyncFixture.NAME;
import static io.akidb.policies.storage.SyncFixture.actions;
import static io.akidb.policies.storage.SyncFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.policies.storage.SyncPolicies.Request;
import io.akidb.tenancy.TenantNamespace;
import io.minio.admin.Status;
import io.minio.admin.UserInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies and accounts on a real MinIO: made, repaired, rotated and removed. */
class SyncPoliciesIT {
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
  void sync_twice_makesEverythingOnceAndThenNothing() throws Exception {
    List<ObjectNode> first = minio.sync();

    assertThat(actions(first))
        .hasSize(3 * 7)
        .contains(
            "create-policy node",
            "create-account " + minio.tenantA + "/ingest",
            "attach-policy " + minio.tenantB + "/build");
    assertThat(first.toString()).doesNotContain("SECRET");
    Path file = minio.credentials.resolve(minio.tenantA + "/ingest.env");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
    byte[] credentials = Files.readAllBytes(file);

    List<ObjectNode> second = minio.sync();

    assertThat(second).hasSize(1);
    assertThat(second.get(0).get("changes").intValue()).isZero();
    assertThat(second.get(0).get("policies").intValue()).isEqualTo(7);
    assertThat(Files.readAllBytes(file)).isEqualTo(credentials);
  }

  @Test
  void dryRunOrRefusal_ofAnything_changesNothing() throws Exception {
    List<ObjectNode> planned = minio.sync(new Request(true, minio.credentials, null));

    assertThat(actions(planned)).hasSize(3 * 7);
    assertThatThrownBy(
            () ->
                new SyncPolicies(minio.bucket, minio.store, Clock.systemUTC(), new SecureRandom())
                    .run(new Request(false, null, null), change -> {}, line -> {}))
        .as("nowhere to put the credentials")
        .isInstanceOf(PolicySyncUsageException.class)
        .hasMessageContaining("--credentials");
    assertThat(minio.credentials).doesNotExist();
    assertThat(minio.admin.listCannedPolicies().keySet()).noneMatch(minio.names::ownsPolicy);
    assertThat(minio.admin.listUsers().keySet()).noneMatch(minio.names::ownsAccount);
    assertThat(actions(minio.sync())).containsExactlyInAnyOrderElementsOf(actions(planned));
  }

  @Test
  void sync_withATenantThatCannotBeRead_changesNothing() throws Exception {
    minio.sync();
    Set<String> accounts = minio.accounts();
    minio.store.put(
        new TenantNamespace(minio.tenantA).tenantManifestKey(),
        "{".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> minio.sync())
        .isInstanceOf(PolicySyncUsageException.class)
        .hasMessageContaining(minio.tenantA.value());
    assertThat(minio.accounts()).isEqualTo(accounts).isNotEmpty();
  }

  @Test
  void sync_afterDrift_repairsExactlyThat() throws Exception {
    minio.sync();
    minio.admin.addCannedPolicy(
        minio.names.policy(Purpose.INGEST, minio.tenantA),
        new PolicyGenerator(minio.bucket).forTenant(minio.tenantB, Purpose.INGEST).toJson());
    minio.admin.setPolicy(minio.names.account(Purpose.BUILD, minio.tenantA), false, "readwrite");
    minio.admin.deleteUser(minio.names.account(Purpose.READ, minio.tenantB));

    List<ObjectNode> repaired = minio.sync();

    assertThat(actions(repaired))
        .containsExactlyInAnyOrder(
            "update-policy " + minio.tenantA + "/ingest",
            "attach-policy " + minio.tenantA + "/build",
            "create-account " + minio.tenantB + "/read",
            "attach-policy " + minio.tenantB + "/read");
    assertThat(minio.sync()).hasSize(1);
    try (ObjectStore build = minio.as(minio.tenantA + "/build")) {
      refused(() -> build.get(new TenantNamespace(minio.tenantB).tenantManifestKey(), 1 << 20));
    }
  }

  @Test
  void sync_afterARunThatDiedBeforeItHandedOutASecret_givesAnother() throws Exception {
    minio.sync();
    String label = minio.tenantA + "/read";
    Path file = minio.credentials.resolve(label + ".env");
    Path hidden = file.resolveSibling(".read.env.new");
    Files.move(file, hidden);

    assertThat(actions(minio.sync())).containsExactly("rotate-secret " + label);

    assertThat(hidden).doesNotExist();
    String own = new TenantNamespace(minio.tenantA).tenantManifestKey();
    try (ObjectStore read = minio.as(label)) {
      assertThat(read.get(own, 1 << 20).bytes()).isNotEmpty();
    }
    assertThat(minio.sync()).hasSize(1);
  }

  @Test
  void sync_whereAnAccountWasPutIntoAGroup_takesItOutByMakingItAnew() throws Exception {
    minio.sync();
    String account = minio.names.account(Purpose.READ, minio.tenantA);
    String group = "akidb-test-" + UUID.randomUUID().toString().substring(0, 8);
    minio.admin.addUpdateGroup(group, Status.ENABLED, List.of(account));
    try {
      minio.admin.setPolicy(group, true, "readwrite");
      String theirs = new TenantNamespace(minio.tenantB).tenantManifestKey();
      BucketConfig grouped = minio.credentials(minio.tenantA + "/read");
      try (ObjectStore read = ObjectStores.open(grouped)) {
        assertThat(read.get(theirs, 1 << 20).bytes()).as("what the group may").isNotEmpty();
      }

      assertThat(actions(minio.sync()))
          .containsExactlyInAnyOrder(
              "recreate-account " + minio.tenantA + "/read",
              "attach-policy " + minio.tenantA + "/read");

      assertThat(minio.admin.getGroupInfo(group).members()).isNullOrEmpty();
      refused(() -> ObjectStores.open(grouped).close());
      try (ObjectStore read = minio.as(minio.tenantA + "/read")) {
        refused(() -> read.get(theirs, 1 << 20));
        String own = new TenantNamespace(minio.tenantA).tenantManifestKey();
        assertThat(read.get(own, 1 << 20).bytes()).isNotEmpty();
      }
      assertThat(minio.sync()).hasSize(1);
    } finally {
      minio.admin.removeGroup(group);
    }
  }

  @Test
  void sync_afterATenantIsGone_removesItsIdentitiesAndNobodyElses() throws Exception {
    minio.sync();
    String foreignUser = "somebody" + UUID.randomUUID().toString().substring(0, 8);
    String foreignPolicy = "akidb-" + foreignUser;
    minio.admin.addCannedPolicy(
        foreignPolicy, new PolicyGenerator(minio.bucket).forNode().toJson());
    minio.admin.addUser(
        foreignUser, UserInfo.Status.ENABLED, "a-secret-of-theirs", null, List.of());
    minio.admin.setPolicy(foreignUser, false, foreignPolicy);
    minio.store.delete(new TenantNamespace(minio.tenantB).tenantManifestKey());
    try {
      assertThat(actions(minio.sync())).hasSize(6).allMatch(action -> action.startsWith("remove-"));

      assertThat(minio.admin.listUsers()).containsKey(foreignUser);
      assertThat(minio.admin.listCannedPolicies())
          .containsKey(foreignPolicy)
          .containsKey("readwrite");
      assertThat(minio.admin.listUsers().keySet().stream().filter(minio.names::ownsAccount))
          .hasSize(4);
      assertThat(minio.sync()).hasSize(1);

      minio.store.delete(new TenantNamespace(minio.tenantA).tenantManifestKey());
      assertThatThrownBy(() -> minio.sync())
          .as("a bucket that lost all of its tenants")
          .isInstanceOf(PolicySyncUsageException.class)
          .hasMessageContaining("damaged");
    } finally {
      minio.admin.deleteUser(foreignUser);
      minio.admin.removeCannedPolicy(foreignPolicy);
    }
  }

  @Test
  void rotateOrSuspend_ofATenant_changesItsCredentialsButEnablesNobody() throws Exception {
    minio.sync();
    String disabled = minio.names.account(Purpose.READ, minio.tenantA);
    minio.admin.addUser(disabled, UserInfo.Status.DISABLED, "whatever-it-may-be", null, List.of());
    minio.store.put(new TenantNamespace(minio.tenantA).headKey(NAME), BYTES);
    try (ObjectStore before = minio.as(minio.tenantA + "/ingest")) {
      List<ObjectNode> said = minio.rotate(minio.tenantA.value());
      assertThat(actions(said))
          .containsExactlyInAnyOrder(
              "rotate-secret " + minio.tenantA + "/ingest",
              "rotate-secret " + minio.tenantA + "/build");
      assertThat(said.get(said.size() - 1).get("disabled_accounts").toString())
          .isEqualTo("[\"" + minio.tenantA + "/read\"]");
      assertThat(minio.admin.listUsers().get(disabled).status())
          .isEqualTo(UserInfo.Status.DISABLED);
      refused(() -> before.get(new TenantNamespace(minio.tenantA).headKey(NAME), 1 << 20));
    }
    try (ObjectStore after = minio.as(minio.tenantA + "/ingest")) {
      String head = new TenantNamespace(minio.tenantA).headKey(NAME);
      assertThat(after.get(head, 1 << 20).bytes()).isEqualTo(BYTES);

      minio.registry.suspend(minio.tenantA, null);
      assertThat(actions(minio.sync()))
          .hasSize(3)
          .contains("update-policy " + minio.tenantA + "/ingest");
      refused(() -> after.get(head, 1 << 20));
      assertThat(minio.sync()).hasSize(1);

      minio.registry.resume(minio.tenantA, null);
      assertThat(actions(minio.sync()))
          .hasSize(3)
          .contains("update-policy " + minio.tenantA + "/ingest");
      assertThat(after.get(head, 1 << 20).bytes()).isEqualTo(BYTES);
    }
    assertThatThrownBy(() -> minio.rotate("nobody")).isInstanceOf(PolicySyncUsageException.class);
  }
}
