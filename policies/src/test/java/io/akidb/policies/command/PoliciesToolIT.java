package io.akidb.policies.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.policies.command.PoliciesToolTest.Run;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import io.minio.admin.MinioAdminClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command puts on record of a real MinIO's identities. */
class PoliciesToolIT {
  private static final Pattern EVENT =
      Pattern.compile(
          "\"action\":\"(policies[^\"]+)\",\"what\":\"([^\"]+)\".*\"outcome\":\"([a-z]+)\"");

  @TempDir Path folder;
  private String bucket;
  private String endpoint;
  private Map<String, String> environment;

  @BeforeEach
  void findMinio() {
    endpoint = System.getenv("AKIDB_TEST_MINIO");
    assumeTrue(
        endpoint != null,
        "skipped: sync-policies on a real MinIO. './akidb test' starts one, or set AKIDB_TEST_MINIO,"
            + " AKIDB_TEST_MINIO_ACCESS_KEY and AKIDB_TEST_MINIO_SECRET_KEY");
    bucket = "s3://akidb-tool-" + UUID.randomUUID().toString().substring(0, 8);
    environment =
        Map.of(
            "AKIDB_ACCESS_KEY",
            System.getenv("AKIDB_TEST_MINIO_ACCESS_KEY"),
            "AKIDB_SECRET_KEY",
            System.getenv("AKIDB_TEST_MINIO_SECRET_KEY"));
  }

  @AfterEach
  void removeIdentities() throws Exception {
    if (endpoint == null) {
      return;
    }
    MinioAdminClient admin =
        MinioAdminClient.builder()
            .endpoint(endpoint)
            .credentials(environment.get("AKIDB_ACCESS_KEY"), environment.get("AKIDB_SECRET_KEY"))
            .build();
    for (String user : made("policies.create-account")) {
      admin.deleteUser(user);
    }
    for (String policy : made("policies.create-policy")) {
      admin.removeCannedPolicy(policy);
    }
  }

  private Set<String> made(String action) {
    return events()
        .filter(event -> event.group(1).equals(action))
        .map(event -> event.group(2))
        .collect(Collectors.toSet());
  }

  private Run run(String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, "--bucket", bucket));
    arguments.addAll(List.of("--endpoint", endpoint));
    arguments.addAll(List.of(more));
    return Run.of(environment, arguments.toArray(String[]::new));
  }

  private Stream<MatchResult> events() {
    return EVENT.matcher(run("audit-export").out()).results();
  }

  private List<String> told() {
    return events().map(event -> event.group(1) + " " + event.group(3)).toList();
  }

  @Test
  void syncPolicies_ofATenant_isInTheTenantsOwnLogToo() {
    TenantId tenant;
    try (ObjectStore store =
        ObjectStores.open(BucketConfig.fromEnvironment(environment, bucket, endpoint))) {
      tenant =
          new TenantRegistry(store, Clock.systemUTC())
              .create("a", TenantQuotas.UNLIMITED, Map.of())
              .tenant()
              .tenantId();
    }
    Run synced = run("sync-policies", "--credentials", folder.resolve("credentials").toString());
    assertThat(synced.code()).as("%s", synced).isZero();

    Run own = run("audit-export", "--tenant", tenant.value());
    assertThat(own.code()).as("%s", own).isZero();
    assertThat(EVENT.matcher(own.out()).results())
        .as("three changes of three identities, before and after")
        .hasSize(18);
    assertThat(own.out()).doesNotContain("\"identity\":\"node\"");
    assertThat(events()).hasSize(18 + 6 + 1);
    assertThat(run("audit-verify").code()).isZero();
  }

  @Test
  void syncPolicies_putsEachChangeAndHowItEndedOnRecord() throws Exception {
    String credentials = folder.resolve("credentials").toString();
    Run first = run("sync-policies", "--credentials", credentials);
    assertThat(first.code()).as("%s", first).isZero();
    assertThat(told())
        .containsExactly(
            "policies.create-policy attempted",
            "policies.create-policy succeeded",
            "policies.create-account attempted",
            "policies.create-account succeeded",
            "policies.attach-policy attempted",
            "policies.attach-policy succeeded",
            "policies.sync succeeded");

    Path noFolder = Files.writeString(folder.resolve("file"), "in the way");
    Run second =
        run("sync-policies", "--rotate", "node", "--credentials", noFolder.resolve("x").toString());
    assertThat(second.code()).as("%s", second).isEqualTo(1);
    assertThat(told().subList(7, 9))
        .containsExactly("policies.rotate-secret attempted", "policies.rotate-secret failed");
    assertThat(run("audit-verify").code()).isZero();
  }
}
