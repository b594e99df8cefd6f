package io.akidb.objectstore;

import java.util.UUID;

/** {@link MinioStore} on a real MinIO. */
class MinioStoreIT extends ObjectStoreContract {
  @Override
  protected ObjectStore openEmpty() {
    return MinioStore.open(TestMinio.config("store-it/" + UUID.randomUUID()));
  }

  @Override
  protected int rounds() {
    return 10;
  }
}
