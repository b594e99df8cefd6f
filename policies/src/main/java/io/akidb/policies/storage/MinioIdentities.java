package io.akidb.policies.storage;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.objectstore.BucketConfig;
import io.minio.Digest;
import io.minio.Signer;
import io.minio.Time;
import io.minio.admin.MinioAdminClient;
import io.minio.admin.UserInfo;
import io.minio.http.HttpUtils;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
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
  private static final int IDLE_SECONDS_MAX = 60;
  private static final int ANSWER_LENGTH_MAX = 1024;
  private static final MediaType BYTES = MediaType.get("application/octet-stream");
  private static final JsonMapper JSON = new JsonMapper();

  private final OkHttpClient http;
  private final MinioAdminClient client;
  private final Administrator administrator;
  private final SealedBodies bodies;
  private final Clock clock;

  /** Who calls, and what. */
  private record Administrator(
      HttpUrl endpoint, String region, String accessKey, String secretKey) {}

  private MinioIdentities(
      OkHttpClient http,
      MinioAdminClient client,
      Administrator administrator,
      SealedBodies bodies,
      Clock clock) {
    this.http = http;
    this.client = client;
    this.administrator = administrator;
    this.bodies = bodies;
    this.clock = clock;
  }

  /**
   * Connects lazily, with credentials that may administer.
   *
   * @param callsAtOnce for which connections are kept
   * @throws PolicySyncUsageException if the bucket is of no MinIO: a directory, or AWS
   */
  static MinioIdentities of(
      BucketConfig config, int callsAtOnce, Clock clock, SecureRandom random) {
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
            .connectionPool(new ConnectionPool(callsAtOnce, IDLE_SECONDS_MAX, TimeUnit.SECONDS))
            .build();
    MinioAdminClient client =
        MinioAdminClient.builder()
            .endpoint(endpoint.toString())
            .region(config.region())
            .credentials(accessKey, secretKey)
            .httpClient(http)
            .build();
    HttpUrl url = HttpUrl.get(endpoint);
    if (url == null) {
      throw new PolicySyncUsageException("the --endpoint " + endpoint + " is no http or https URL");
    }
    return new MinioIdentities(
        http,
        client,
        new Administrator(url, config.region(), accessKey, secretKey),
        new SealedBodies(secretKey, random),
        clock);
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
    run("write the user " + accessKey, () -> addUser(accessKey, secretKey));
  }

  // What the library's own call does, but for the sealing, which takes it a quarter of a second.
  private void addUser(String accessKey, String secretKey)
      throws IOException, GeneralSecurityException {
    byte[] body =
        bodies.seal(
            JSON.writeValueAsBytes(
                JSON.createObjectNode().put("secretKey", secretKey).put("status", "enabled")));
    HttpUrl url =
        administrator
            .endpoint()
            .newBuilder()
            .addPathSegments("minio/admin/v3/add-user")
            .addQueryParameter("accessKey", accessKey)
            .build();
    String sha256 = Digest.sha256Hash(body, body.length);
    Request request =
        new Request.Builder()
            .url(url)
            .header("Host", HttpUtils.getHostHeader(url))
            .header("x-amz-content-sha256", sha256)
            .header(
                "x-amz-date", clock.instant().atZone(ZoneOffset.UTC).format(Time.AMZ_DATE_FORMAT))
            .put(RequestBody.create(body, BYTES))
            .build();
    Request signed =
        Signer.signV4S3(
            request,
            administrator.region(),
            administrator.accessKey(),
            administrator.secretKey(),
            sha256);
    try (Response response = http.newCall(signed).execute();
        ResponseBody answer = response.body()) {
      if (!response.isSuccessful()) {
        String text = answer.source().request(1) ? answer.string() : "";
        throw new IOException(
            "the store answered "
                + response.code()
                + ": "
                + text.substring(0, Math.min(text.length(), ANSWER_LENGTH_MAX)));
      }
    }
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
