package io.akidb.policies.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.objectstore.StoreAccessDeniedException;
import io.akidb.policies.storage.SyncPolicies.Request;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import io.minio.admin.MinioAdminClient;
import io.minio.admin.Status;
import io.minio.admin.UserInfo;
import io.minio.credentials.Credentials;
import io.minio.errors.ErrorResponseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies and accounts on a real MinIO: made, repaired, removed, and refused by MinIO itself. */
class SyncPoliciesIT {
  private static final CollectionName NAME = new CollectionName("products");
  private static final byte[] BYTES = "bytes".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private BucketConfig bucket;
  private ObjectStore store;
  private TenantRegistry registry;
  private MinioAdminClient admin;
  private OwnedNames names;
  private TenantId tenantA;
  private TenantId tenantB;

  @BeforeEach
  void makeTwoTenants() {
    bucket = TestMinio.newBucket();
    store = ObjectStores.open(bucket);
    registry = new TenantRegistry(store, Clock.systemUTC());
    admin = TestMinio.admin(bucket);
    names = new OwnedNames(bucket);
    tenantA = registry.create("a", TenantQuotas.UNLIMITED, Map.of()).tenant().tenantId();
    tenantB = registry.create("b", TenantQuotas.UNLIMITED, Map.of()).tenant().tenantId();
  }

  @AfterEach
  void removeIdentities() throws Exception {
    if (store == null) {
      return;
    }
    store.close();
    for (String user : admin.listUsers().keySet()) {
      if (names.ownsAccount(user)) {
        admin.deleteUser(user);
      }
    }
    for (String policy : admin.listCannedPolicies().keySet()) {
      if (names.ownsPolicy(policy)) {
        admin.removeCannedPolicy(policy);
      }
    }
  }

  private List<ObjectNode> sync(boolean dryRun, @Nullable String rotate) {
    List<ObjectNode> said = new ArrayList<>();
    new SyncPolicies(bucket, store, Clock.systemUTC(), new SecureRandom())
        .run(
            new Request(dryRun, folder.resolve("credentials"), rotate),
            (action, name, identity) -> {},
            said::add);
    return said;
  }

  private List<String> actions(List<ObjectNode> said) {
    return said.stream()
        .filter(line -> line.get("type").textValue().equals("step"))
        .map(line -> line.get("action").textValue() + " " + line.get("identity").textValue())
        .toList();
  }

  private BucketConfig credentials(String label) throws IOException {
    Path file = folder.resolve("credentials").resolve(label + ".env");
    List<String> lines = Files.readAllLines(file);
    return TestMinio.as(
        bucket,
        lines.get(1).substring("AKIDB_ACCESS_KEY=".length()),
        lines.get(2).substring("AKIDB_SECRET_KEY=".length()));
  }

  private ObjectStore as(String label) throws IOException {
    return ObjectStores.open(credentials(label));
  }

  @Test
  void sync_twice_makesEverythingOnceAndThenNothing() throws Exception {
    List<ObjectNode> first = sync(false, null);

    assertThat(actions(first))
        .hasSize(3 * 7)
        .contains(
            "create-policy node",
            "create-account " + tenantA + "/ingest",
            "attach-policy " + tenantB + "/build");
    assertThat(first.toString()).doesNotContain("SECRET");
    Path file = folder.resolve("credentials").resolve(tenantA + "/ingest.env");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
    byte[] credentials = Files.readAllBytes(file);

    List<ObjectNode> second = sync(false, null);

    assertThat(second).hasSize(1);
    assertThat(second.get(0).get("changes").intValue()).isZero();
    assertThat(second.get(0).get("policies").intValue()).isEqualTo(7);
    assertThat(Files.readAllBytes(file)).isEqualTo(credentials);
  }

  @Test
  void dryRunOrRefusal_ofAnything_changesNothing() throws Exception {
    List<ObjectNode> planned = sync(true, null);

    assertThat(actions(planned)).hasSize(3 * 7);
    assertThatThrownBy(
            () ->
                new SyncPolicies(bucket, store, Clock.systemUTC(), new SecureRandom())
                    .run(new Request(false, null, null), (a, n, i) -> {}, line -> {}))
        .as("nowhere to put the credentials")
        .isInstanceOf(PolicySyncUsageException.class)
        .hasMessageContaining("--credentials");
    assertThat(folder.resolve("credentials")).doesNotExist();
    assertThat(admin.listCannedPolicies().keySet()).noneMatch(names::ownsPolicy);
    assertThat(admin.listUsers().keySet()).noneMatch(names::ownsAccount);
    assertThat(actions(sync(false, null))).isEqualTo(actions(planned));
  }

  @Test
  void sync_withATenantThatCannotBeRead_changesNothing() {
    sync(false, null);
    Set<String> accounts = accounts();
    store.put(
        new TenantNamespace(tenantA).tenantManifestKey(), "{".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> sync(false, null))
        .isInstanceOf(PolicySyncUsageException.class)
        .hasMessageContaining(tenantA.value());
    assertThat(accounts()).isEqualTo(accounts).isNotEmpty();
  }

  private Set<String> accounts() {
    try {
      return admin.listUsers().keySet().stream()
          .filter(names::ownsAccount)
          .collect(Collectors.toSet());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void sync_afterDrift_repairsExactlyThat() throws Exception {
    sync(false, null);
    admin.addCannedPolicy(
        names.policy(Purpose.INGEST, tenantA),
        new PolicyGenerator(bucket).forTenant(tenantB, Purpose.INGEST).toJson());
    admin.setPolicy(names.account(Purpose.BUILD, tenantA), false, "readwrite");
    admin.deleteUser(names.account(Purpose.READ, tenantB));

    List<ObjectNode> repaired = sync(false, null);

    assertThat(actions(repaired))
        .containsExactlyInAnyOrder(
            "update-policy " + tenantA + "/ingest",
            "attach-policy " + tenantA + "/build",
            "create-account " + tenantB + "/read",
            "attach-policy " + tenantB + "/read");
    assertThat(sync(false, null)).hasSize(1);
    try (ObjectStore build = as(tenantA + "/build")) {
      refused(() -> build.get(new TenantNamespace(tenantB).tenantManifestKey(), 1 << 20));
    }
  }

  @Test
  void sync_whereAnAccountWasPutIntoAGroup_takesItOutByMakingItAnew() throws Exception {
    sync(false, null);
    String account = names.account(Purpose.READ, tenantA);
    String group = "akidb-test-" + UUID.randomUUID().toString().substring(0, 8);
    admin.addUpdateGroup(group, Status.ENABLED, List.of(account));
    try {
      admin.setPolicy(group, true, "readwrite");
      String theirs = new TenantNamespace(tenantB).tenantManifestKey();
      BucketConfig grouped = credentials(tenantA + "/read");
      try (ObjectStore read = ObjectStores.open(grouped)) {
        assertThat(read.get(theirs, 1 << 20).bytes()).as("what the group may").isNotEmpty();
      }

      assertThat(actions(sync(false, null)))
          .containsExactlyInAnyOrder(
              "recreate-account " + tenantA + "/read", "attach-policy " + tenantA + "/read");

      assertThat(admin.getGroupInfo(group).members()).isNullOrEmpty();
      refused(() -> ObjectStores.open(grouped).close());
      try (ObjectStore read = as(tenantA + "/read")) {
        refused(() -> read.get(theirs, 1 << 20));
        String own = new TenantNamespace(tenantA).tenantManifestKey();
        assertThat(read.get(own, 1 << 20).bytes()).isNotEmpty();
      }
      assertThat(sync(false, null)).hasSize(1);
    } finally {
      admin.removeGroup(group);
    }
  }

  @Test
  void sync_afterATenantIsGone_removesItsIdentitiesAndNobodyElses() throws Exception {
    sync(false, null);
    String foreignUser = "somebody" + UUID.randomUUID().toString().substring(0, 8);
    String foreignPolicy = "akidb-" + foreignUser;
    admin.addCannedPolicy(foreignPolicy, new PolicyGenerator(bucket).forNode().toJson());
    admin.addUser(foreignUser, UserInfo.Status.ENABLED, "a-secret-of-theirs", null, List.of());
    admin.setPolicy(foreignUser, false, foreignPolicy);
    store.delete(new TenantNamespace(tenantB).tenantManifestKey());
    try {
      assertThat(actions(sync(false, null)))
          .hasSize(6)
          .allMatch(action -> action.startsWith("remove-"));

      assertThat(admin.listUsers()).containsKey(foreignUser);
      assertThat(admin.listCannedPolicies()).containsKey(foreignPolicy).containsKey("readwrite");
      assertThat(admin.listUsers().keySet().stream().filter(names::ownsAccount)).hasSize(4);
      assertThat(sync(false, null)).hasSize(1);

      store.delete(new TenantNamespace(tenantA).tenantManifestKey());
      assertThatThrownBy(() -> sync(false, null))
          .as("a bucket that lost all of its tenants")
          .isInstanceOf(PolicySyncUsageException.class)
          .hasMessageContaining("damaged");
    } finally {
      admin.deleteUser(foreignUser);
      admin.removeCannedPolicy(foreignPolicy);
    }
  }

  @Test
  void rotateOrSuspend_ofATenant_changesItsCredentialsButEnablesNobody() throws Exception {
    sync(false, null);
    String disabled = names.account(Purpose.READ, tenantA);
    admin.addUser(disabled, UserInfo.Status.DISABLED, "whatever-it-may-be", null, List.of());
    store.put(new TenantNamespace(tenantA).headKey(NAME), BYTES);
    try (ObjectStore before = as(tenantA + "/ingest")) {
      List<ObjectNode> said = sync(false, tenantA.value());
      assertThat(actions(said))
          .containsExactlyInAnyOrder(
              "rotate-secret " + tenantA + "/ingest", "rotate-secret " + tenantA + "/build");
      assertThat(said.get(said.size() - 1).get("disabled_accounts").toString())
          .isEqualTo("[\"" + tenantA + "/read\"]");
      assertThat(admin.listUsers().get(disabled).status()).isEqualTo(UserInfo.Status.DISABLED);
      refused(() -> before.get(new TenantNamespace(tenantA).headKey(NAME), 1 << 20));
    }
    try (ObjectStore after = as(tenantA + "/ingest")) {
      String head = new TenantNamespace(tenantA).headKey(NAME);
      assertThat(after.get(head, 1 << 20).bytes()).isEqualTo(BYTES);

      registry.suspend(tenantA, null);
      assertThat(actions(sync(false, null)))
          .hasSize(3)
          .contains("update-policy " + tenantA + "/ingest");
      refused(() -> after.get(head, 1 << 20));
      assertThat(sync(false, null)).hasSize(1);

      registry.resume(tenantA, null);
      assertThat(actions(sync(false, null)))
          .hasSize(3)
          .contains("update-policy " + tenantA + "/ingest");
      assertThat(after.get(head, 1 << 20).bytes()).isEqualTo(BYTES);
    }
    assertThatThrownBy(() -> sync(false, "nobody")).isInstanceOf(PolicySyncUsageException.class);
  }

  @Test
  void credentials_onceStolen_makeNothingThatOutlivesTheirRotation() throws Exception {
    String head = new TenantNamespace(tenantA).headKey(NAME);
    store.put(head, BYTES);
    sync(false, null);
    for (String label : List.of(tenantA + "/ingest", tenantA + "/build", "node")) {
      BucketConfig stolen = credentials(label);
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
      Credentials earlier = serviceAccount(admin, stolen.accessKey());
      for (Credentials derived : List.of(temporary, earlier)) {
        denied(derived, head);
      }
      try (ObjectStore still = as(label)) {
        assertThat(still.get(head, 10).bytes()).isEqualTo(BYTES);
      }
      assertThat(sync(false, label.equals("node") ? "node" : tenantA.value()))
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
    assertThatThrownBy(() -> TestMinio.read(bucket, credentials, key))
        .isInstanceOf(ErrorResponseException.class)
        .hasMessageContaining("Access Denied");
  }

  @Test
  void tenantsIdentities_ofWhateverPurpose_doWhatTheyAreForAndReachNothingOfAnotherTenant()
      throws Exception {
    sync(false, null);
    TenantNamespace other = new TenantNamespace(tenantB);
    store.put(other.headKey(NAME), BYTES);
    for (Purpose purpose : Purpose.OF_TENANTS) {
      try (ObjectStore mine = as(tenantA + "/" + purpose.label())) {
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
        refused(() -> mine.put(new TenantNamespace(tenantA).tenantManifestKey(), BYTES));
      }
    }
    assertThat(store.get(other.headKey(NAME), 10).bytes()).isEqualTo(BYTES);
    mayDoWhatTheyAreForAndNoMore();
  }

  private void mayDoWhatTheyAreForAndNoMore() throws Exception {
    TenantNamespace own = new TenantNamespace(tenantA);
    String segment = own.segmentKey(NAME, UUID.randomUUID());
    String shard = own.shardKey(NAME, UUID.randomUUID(), 0);
    store.put(own.headKey(NAME), BYTES);
    store.put(shard, BYTES);
    try (ObjectStore ingest = as(tenantA + "/ingest")) {
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
    try (ObjectStore read = as(tenantA + "/read")) {
      assertThat(read.get(shard, 10).bytes()).isEqualTo(BYTES);
      assertThat(read.list(own.collectionsPrefix(), null, 10).objects()).hasSize(3);
      refused(() -> read.put(segment, BYTES));
      refused(() -> read.delete(segment));
    }
    try (ObjectStore build = as(tenantA + "/build")) {
      assertThat(build.list(own.collectionPrefix(NAME), null, 10).objects()).hasSize(3);
      refused(() -> build.put(segment, BYTES));
      refused(() -> build.delete(own.headKey(NAME)));
      build.delete(shard);
    }
    try (ObjectStore node = as("node")) {
      assertThat(node.listFolders(TenantNamespace.TENANTS_PREFIX, null, 10).names()).hasSize(2);
      node.put(TenantNamespace.SYSTEM_PREFIX + "audit/x.json", BYTES);
      refused(() -> node.delete(TenantNamespace.SYSTEM_PREFIX + "audit/x.json"));
      node.delete(own.headKey(NAME));
      refused(() -> node.put("elsewhere", BYTES));
    }
  }

  private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(StoreAccessDeniedException.class);
  }
}
