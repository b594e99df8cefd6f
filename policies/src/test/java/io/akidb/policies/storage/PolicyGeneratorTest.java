package io.akidb.policies.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.BucketConfig;
import io.akidb.tenancy.TenantId;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyGeneratorTest {
  private static final TenantId TENANT = new TenantId("0b7a4a10-3c1e-4a53-9d1b-1c8f0c3b5a77");

  private static BucketConfig bucket(String url) {
    return new BucketConfig(url, URI.create("http://127.0.0.1:9000"), "us-east-1", "key", "secret");
  }

  private static Stream<Statement> allowed(PolicyDocument document) {
    return document.statements().stream().filter(Statement::allows);
  }

  @ParameterizedTest
  @EnumSource(names = "NODE", mode = EnumSource.Mode.EXCLUDE)
  void tenantsDocument_whateverThePurpose_staysBelowTheTenantsPrefix(Purpose purpose) {
    String prefix = "some/prefix/akidb/tenants/" + TENANT + "/";
    PolicyDocument document =
        new PolicyGenerator(bucket("s3://data/some/prefix")).forTenant(TENANT, purpose);

    assertThat(allowed(document)).isNotEmpty();
    for (Statement statement : allowed(document).toList()) {
      assertThat(statement.actions()).noneMatch(action -> action.contains("*"));
      if (statement.actions().contains("s3:ListBucket")) {
        assertThat(statement.actions()).hasSize(1);
        assertThat(statement.resources()).containsExactly("arn:aws:s3:::data");
        assertThat(statement.listPrefixes()).isNotEmpty().allMatch(each -> each.startsWith(prefix));
      } else {
        assertThat(statement.resources())
            .allMatch(each -> each.startsWith("arn:aws:s3:::data/" + prefix));
      }
    }
  }

  @Test
  void nothingOfATenant_mayWriteItsDescriptor() {
    PolicyGenerator generator = new PolicyGenerator(bucket("s3://data"));
    String manifest = "arn:aws:s3:::data/akidb/tenants/" + TENANT + "/manifest.json";
    for (Purpose purpose : Purpose.OF_TENANTS) {
      assertThat(
              allowed(generator.forTenant(TENANT, purpose))
                  .filter(each -> !each.actions().equals(List.of("s3:GetObject")))
                  .flatMap(each -> each.resources().stream()))
          .as(purpose.label())
          .noneMatch(resource -> matches(resource, manifest));
    }
  }

  private static boolean matches(String pattern, String resource) {
    return resource.matches(
        Arrays.stream(pattern.split("\\*", -1))
            .map(java.util.regex.Pattern::quote)
            .reduce((a, b) -> a + ".*" + b)
            .orElseThrow());
  }

  @Test
  void node_mayNotDeleteAuditRecords() {
    PolicyDocument document = new PolicyGenerator(bucket("s3://data")).forNode();

    assertThat(document.statements())
        .contains(
            new Statement(
                "KeepAudit",
                false,
                List.of("s3:DeleteObject"),
                List.of("arn:aws:s3:::data/akidb/system/audit/*"),
                List.of()));
    assertThat(allowed(document).flatMap(each -> each.resources().stream()))
        .allMatch(each -> each.equals("arn:aws:s3:::data") || each.contains(":::data/akidb/"));
  }

  @Test
  void whateverIsAllowed_isNotToWhatWasDerivedFromTheKey() {
    PolicyGenerator generator = new PolicyGenerator(bucket("s3://data"));
    List<PolicyDocument> documents =
        Stream.concat(
                Stream.of(generator.forNode()),
                Purpose.OF_TENANTS.stream().map(each -> generator.forTenant(TENANT, each)))
            .toList();
    for (PolicyDocument document : documents) {
      assertThat(document.statements())
          .contains(
              new Statement("NoAdministration", false, List.of("admin:*"), List.of(), List.of()),
              new Statement(
                  "OwnSecretOnly",
                  false,
                  List.of("s3:*"),
                  List.of("arn:aws:s3:::data", "arn:aws:s3:::data/*"),
                  List.of(),
                  true));
      assertThat(document.toJson())
          .contains(
              "{\"Sid\":\"NoAdministration\",\"Effect\":\"Deny\",\"Action\":[\"admin:*\"]}",
              "\"Condition\":{\"StringNotEquals\":{\"aws:principaltype\":[\"User\"]}}");
    }
    assertThat(generator.forNobody().statements())
        .contains(
            new Statement("NoAdministration", false, List.of("admin:*"), List.of(), List.of()));
  }

  @Test
  void wrongAsks_areRefused() {
    PolicyGenerator generator = new PolicyGenerator(bucket("s3://data"));
    assertThatThrownBy(() -> generator.forTenant(TENANT, Purpose.NODE))
        .isInstanceOf(IllegalArgumentException.class);
    BucketConfig local = new BucketConfig("/tmp/somewhere", null, "us-east-1", null, null);
    assertThatThrownBy(() -> new PolicyGenerator(local))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://");
    assertThatThrownBy(() -> MinioIdentities.of(local, 1, Clock.systemUTC(), new SecureRandom()))
        .isInstanceOf(PolicySyncUsageException.class)
        .hasMessageContaining("--endpoint");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://data", "s3://data/prefix", "s3://data2"})
  void names_ofAnInstallation_areItsOwn(String url) {
    OwnedNames names = new OwnedNames(bucket(url));
    OwnedNames others = new OwnedNames(bucket("s3://other/prefix"));
    for (Purpose purpose : Purpose.OF_TENANTS) {
      String policy = names.policy(purpose, TENANT);
      String account = names.account(purpose, TENANT);
      assertThat(policy).endsWith("-" + purpose.label() + "-" + TENANT);
      assertThat(account).hasSize(20);
      assertThat(names.ownsPolicy(policy)).isTrue();
      assertThat(names.ownsAccount(account)).isTrue();
      assertThat(others.ownsPolicy(policy)).isFalse();
      assertThat(others.ownsAccount(account)).isFalse();
      assertThat(names.account(purpose, TenantId.DEFAULT)).isNotEqualTo(account);
    }
    assertThat(names.ownsPolicy("readwrite")).isFalse();
    assertThat(names.ownsAccount("akidb")).isFalse();
    assertThat(names.ownsAccount(names.account(Purpose.NODE, null) + "x")).isFalse();
  }
}
