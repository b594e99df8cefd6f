package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** {@link MinioStore} on a real MinIO. */
class MinioStoreIT extends ObjectStoreContract {
  @Override
  protected ObjectStore openEmpty() {
    return ObjectStores.open(TestMinio.config("store-it/" + UUID.randomUUID()));
  }

  @Test
  void open_ofMissingBucketByManyAtOnce_createsIt() throws Exception {
    BucketConfig config = TestMinio.of("s3://akidb-new-" + UUID.randomUUID());

    List<String> read =
        CompareAndSwapContract.together(
            6,
            i -> {
              try (ObjectStore opened = ObjectStores.open(config)) {
                opened.put("k" + i, bytes("v" + i));
                return new String(
                    opened.get("k" + i, 10).bytes(), java.nio.charset.StandardCharsets.UTF_8);
              }
            });

    assertThat(read).containsExactly("v0", "v1", "v2", "v3", "v4", "v5");
  }

  @Test
  void open_withWrongKeys_saysWhichVariables() {
    BucketConfig right = TestMinio.of("s3://akidb-test");
    for (String[] keys :
        new String[][] {{"nobody-known", "some-password"}, {right.accessKey(), "wrong-password"}}) {
      BucketConfig wrong =
          new BucketConfig(right.bucket(), right.endpoint(), right.region(), keys[0], keys[1]);
      assertThatThrownBy(() -> ObjectStores.open(wrong))
          .isInstanceOf(StoreAccessDeniedException.class)
          .hasMessageContaining("AKIDB_SECRET_KEY")
          .hasMessageNotContaining("password");
    }
  }

  @Test
  void prefixes_keepStoresOfOneBucketApart() {
    String root = "apart/" + UUID.randomUUID();
    try (ObjectStore one = ObjectStores.open(TestMinio.config(root));
        ObjectStore two = ObjectStores.open(TestMinio.config(root + "x"));
        ObjectStore inside = ObjectStores.open(TestMinio.config(root + "/in"))) {
      one.put("a", bytes("one"));
      two.put("a", bytes("two"));
      inside.put("a", bytes("inside"));

      assertThat(one.list("", null, 10).objects())
          .extracting(ObjectMetadata::key)
          .containsExactly("a", "in/a");
      assertThat(one.listFolders("", null, 10).names()).containsExactly("in");
      assertThat(two.list("", null, 10).objects()).hasSize(1);
      assertThat(one.get("in/a", 10).bytes()).isEqualTo(bytes("inside"));
      assertThat(one.location()).isEqualTo("s3://akidb-test/" + root);
    }
  }

  @Test
  void close_endsTheStoresThreads() {
    List<Thread> before = threads();
    ObjectStore opened = openEmpty();
    opened.put("a", bytes("x"));
    opened.close();

    for (int look = 0; look < 1000 && !before.containsAll(threads()); look++) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(before).containsAll(threads());
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("akidb-s3"))
        .toList();
  }
}
