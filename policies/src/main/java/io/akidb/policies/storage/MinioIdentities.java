package io.akidb.policies.storage;

import io.akidb.objectstore.BucketConfig;
import io.minio.admin.MinioAdminClient;
import io.minio.admin.UserInfo;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;
import org.bouncycastle.crypto.InvalidCipherTextException;

/**
 * MinIO's policies and users, by its admin API. The only class that knows that API; thread-safe.
 *
 * <p>An account is a user with one attached policy rather than a service account below a parent:
 * one call lists all users with their policies, so that drift is seen without a call for each.
 */
final class MinioIdentities implements StorageIdentities {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

  private final OkHttpClient http;
  private final MinioAdminClient client;

  private MinioIdentities(OkHttpClient http, MinioAdminClient client) {
    this.http = http;
    this.client = client;
  }

  /**
   * Connects lazily, with credentials that may administer.
   *
   * @throws PolicySyncUsageException if the bucket is of no MinIO: a directory, or AWS
   */
  static MinioIdentities of(BucketConfig config) {
    URI endpoint = config.endpoint();
    String accessKey = config.accessKey();
    String secretKey = config.secretKey();
    if (!config.isS3() || endpoint == null || accessKey == null || secretKey == null) {
      throw new PolicySyncUsageException(
          "policies are kept in step on a MinIO only: name an s3:// --bucket, its --endpoint, and"
              + " an administrator's AKIDB_ACCESS_KEY and AKIDB_SECRET_KEY");
    }
    OkHttpClient http =
        new OkHttpClient.Builder()
            .connectTimeout(CONNECT_TIMEOUT)
            .readTimeout(CALL_TIMEOUT)
            .writeTimeout(CALL_TIMEOUT)
            .callTimeout(CALL_TIMEOUT)
            .build();
    return new MinioIdentities(
        http,
        MinioAdminClient.builder()
            .endpoint(endpoint.toString())
            .region(config.region())
            .credentials(accessKey, secretKey)
            .httpClient(http)
            .build());
  }

  @Override
  public Map<String, String> policies() {
    return call("list the policies", client::listCannedPolicies);
  }

  @Override
  public Map<String, Account> accounts() {
    Map<String, UserInfo> users = call("list the users", client::listUsers);
    Map<String, Account> accounts = new HashMap<>();
    users.forEach(
        (name, user) ->
            accounts.put(
                name,
                new Account(
                    user.policyName() == null ? "" : user.policyName(),
                    user.status() == UserInfo.Status.ENABLED,
                    user.memberOf() != null && !user.memberOf().isEmpty())));
    return accounts;
  }

  @Override
  public void putPolicy(String name, PolicyDocument document) {
    run("write the policy " + name, () -> client.addCannedPolicy(name, document.toJson()));
  }

  @Override
  public void removePolicy(String name) {
    run("remove the policy " + name, () -> client.removeCannedPolicy(name));
  }

  @Override
  public void putAccount(String accessKey, String secretKey) {
    run(
        "write the user " + accessKey,
        () -> client.addUser(accessKey, UserInfo.Status.ENABLED, secretKey, null, List.of()));
  }

  @Override
  public void attach(String accessKey, String policy) {
    run("attach " + policy + " to " + accessKey, () -> client.setPolicy(accessKey, false, policy));
  }

  @Override
  public void removeAccount(String accessKey) {
    run("remove the user " + accessKey, () -> client.deleteUser(accessKey));
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }

  private interface Call<T> {
    T get() throws IOException, GeneralSecurityException, InvalidCipherTextException;
  }

  private interface Run {
    void run() throws IOException, GeneralSecurityException, InvalidCipherTextException;
  }

  private static void run(String what, Run run) {
    var unused =
        call(
            what,
            () -> {
              run.run();
              return what;
            });
  }

  // The client throws a bare RuntimeException with the service's answer in its message.
  private static <T> T call(String what, Call<T> call) {
    try {
      return call.get();
    } catch (IOException
        | GeneralSecurityException
        | InvalidCipherTextException
        | RuntimeException e) {
      throw new IdentitiesUnavailableException("cannot " + what + ": " + e.getMessage(), e);
    }
  }
}
