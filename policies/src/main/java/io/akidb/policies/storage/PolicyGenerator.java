package io.akidb.policies.storage;

import io.akidb.objectstore.BucketConfig;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes policy documents for one bucket: exact prefixes and actions, and listings limited by their
 * prefix. Knows no store's administration. Immutable.
 *
 * <p>What each purpose needs was read off the code that runs with it, and is held to that by tests
 * on a real MinIO. Nobody but a node may write a tenant's descriptor, and nobody at all may delete
 * from the platform's audit log.
 *
 * <p>An account's access is its own secret's and ends with it. MinIO lets every user make service
 * accounts for itself and change its own secret unless a policy denies that, and take temporary
 * credentials whatever a policy says; all of these outlive a new secret, and the temporary ones
 * even the user, should there be one of its name again. So nothing of the administration is
 * allowed, and what was derived from an access key, before or by whatever way, is refused the data.
 */
public final class PolicyGenerator {
  private static final List<String> WRITE = List.of("s3:PutObject", "s3:AbortMultipartUpload");

  private final String bucketArn;
  private final String keyPrefix;

  /**
   * For a bucket of an S3 service.
   *
   * @throws IllegalArgumentException if it is a local directory
   */
  public PolicyGenerator(BucketConfig bucket) {
    if (!bucket.isS3()) {
      throw new IllegalArgumentException("a local directory has no policies: name an s3:// bucket");
    }
    this.bucketArn = "arn:aws:s3:::" + bucket.bucketName();
    this.keyPrefix = bucket.keyPrefix();
  }

  /**
   * What a tenant's identity may do.
   *
   * @throws IllegalArgumentException if the purpose is no tenant's
   */
  public PolicyDocument forTenant(TenantId tenant, Purpose purpose) {
    TenantNamespace namespace = new TenantNamespace(tenant);
    return switch (purpose) {
      case INGEST -> ingest(namespace);
      case BUILD -> build(namespace);
      case READ -> read(namespace);
      case NODE -> throw new IllegalArgumentException("a node is no tenant's");
    };
  }

  /** What a node may do: everything of AkiDB's in this bucket, but no deletion of audit records. */
  public PolicyDocument forNode() {
    String tenants = TenantNamespace.TENANTS_PREFIX + "*";
    String system = TenantNamespace.SYSTEM_PREFIX + "*";
    return new PolicyDocument(
        List.of(
            allow("Read", List.of("s3:GetObject"), objects(Stream.of(tenants, system))),
            allow("Write", WRITE, objects(Stream.of(tenants, system))),
            allow("Delete", List.of("s3:DeleteObject"), objects(Stream.of(tenants, system))),
            new Statement(
                "KeepAudit",
                false,
                List.of("s3:DeleteObject"),
                objects(Stream.of(TenantNamespace.SYSTEM_PREFIX + "audit/*")),
                List.of()),
            list(Stream.of(tenants, system)),
            nothingAdministered(),
            nothingDerived()));
  }

  /** Refuses everything: a suspended tenant's identities keep their credentials, to no avail. */
  public PolicyDocument forNobody() {
    return new PolicyDocument(
        List.of(
            new Statement(
                "Suspended",
                false,
                List.of("s3:*"),
                List.of(bucketArn, bucketArn + "/*"),
                List.of()),
            nothingAdministered()));
  }

  private static Statement nothingAdministered() {
    return new Statement("NoAdministration", false, List.of("admin:*"), List.of(), List.of());
  }

  private Statement nothingDerived() {
    return new Statement(
        "OwnSecretOnly",
        false,
        List.of("s3:*"),
        List.of(bucketArn, bucketArn + "/*"),
        List.of(),
        true);
  }

  private PolicyDocument ingest(TenantNamespace namespace) {
    String each = namespace.collectionsPrefix() + "*/";
    List<String> written =
        Stream.of(
                "manifest.json",
                "generations/*",
                "pages/*",
                "segments/*",
                "dead-letters/*",
                "dead-letters-staged/*")
            .map(each::concat)
            .toList();
    return new PolicyDocument(
        List.of(
            // The tenant's descriptor and the names of its collections: a job holds to quotas.
            allow(
                "Read",
                List.of("s3:GetObject"),
                objects(Stream.concat(Stream.of(namespace.tenantManifestKey()), written.stream()))),
            allow("Write", WRITE, objects(written.stream())),
            allow(
                "Delete",
                List.of("s3:DeleteObject"),
                objects(Stream.of(each + "dead-letters-staged/*"))),
            list(Stream.of(namespace.collectionsPrefix())),
            nothingAdministered(),
            nothingDerived()));
  }

  private PolicyDocument build(TenantNamespace namespace) {
    String each = namespace.collectionsPrefix() + "*/";
    List<String> collectable = new ArrayList<>();
    for (String folder :
        List.of("builds/*", "generations/*", "pages/*", "segments/*", "shards/*")) {
      collectable.add(each + folder);
    }
    return new PolicyDocument(
        List.of(
            allow(
                "Read",
                List.of("s3:GetObject"),
                objects(Stream.of(namespace.collectionsPrefix() + "*"))),
            allow(
                "Write",
                WRITE,
                objects(
                    Stream.of("builds/*", "generations/*", "manifest.json", "pages/*", "shards/*")
                        .map(each::concat))),
            allow("Delete", List.of("s3:DeleteObject"), objects(collectable.stream())),
            list(Stream.of(namespace.collectionsPrefix() + "*")),
            nothingAdministered(),
            nothingDerived()));
  }

  private PolicyDocument read(TenantNamespace namespace) {
    return new PolicyDocument(
        List.of(
            allow(
                "Read",
                List.of("s3:GetObject"),
                objects(
                    Stream.of(namespace.tenantManifestKey(), namespace.collectionsPrefix() + "*"))),
            list(Stream.of(namespace.collectionsPrefix() + "*")),
            nothingAdministered(),
            nothingDerived()));
  }

  private Statement list(Stream<String> prefixes) {
    return new Statement(
        "List",
        true,
        List.of("s3:ListBucket"),
        List.of(bucketArn),
        prefixes.map(keyPrefix::concat).toList());
  }

  private List<String> objects(Stream<String> keys) {
    return keys.map(key -> bucketArn + "/" + keyPrefix + key).toList();
  }

  private static Statement allow(String sid, List<String> actions, List<String> resources) {
    return new Statement(sid, true, actions, resources, List.of());
  }
}
