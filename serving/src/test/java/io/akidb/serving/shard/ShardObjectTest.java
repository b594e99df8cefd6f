package io.akidb.serving.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.IndexType;
import io.akidb.serving.shard.ShardObject.CachedName;
import io.akidb.tenancy.TenantId;
import org.junit.jupiter.api.Test;

class ShardObjectTest {
  private static ShardObject object(String key) {
    return ShardObject.of(TenantId.DEFAULT, key, 4096, 0x8badf00d, IndexType.DISKANN);
  }

  @Test
  void shardsOfTwoTenants_withEqualListings_areTwoFiles() {
    assertThat(object("tenants/a/collections/c/shard").cachedName())
        .isEqualTo(object("tenants/a/collections/c/shard").cachedName())
        .isNotEqualTo(object("tenants/b/collections/c/shard").cachedName());
  }

  @Test
  void fileName_isReadAsWhatItWasMadeOf() {
    CachedName name = object("tenants/a/collections/c/shard").cachedName();
    assertThat(CachedName.parse(name.fileName())).contains(name);
    assertThat(CachedName.parse("x" + name.fileName())).isEmpty();
    assertThat(CachedName.parse("6f1c0a52-6a2a-4c1e-8ad7-111111111111_1_4096_8badf00d.shard"))
        .isEmpty();
  }
}
