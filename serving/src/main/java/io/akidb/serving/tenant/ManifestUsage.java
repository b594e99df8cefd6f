package io.akidb.serving.tenant;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.quota.UsageSource;
import java.util.Map;
import java.util.TreeMap;

/** Reads the head of each collection of a tenant. Thread-safe. */
public final class ManifestUsage implements UsageSource {
  private static final String PRINCIPAL = "node";

  private final Catalog catalog;

  /** Over the node's catalog. */
  public ManifestUsage(Catalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public Map<CollectionName, Long> count(TenantId tenant) {
    TenantContext context = new TenantContext(tenant, PRINCIPAL);
    Map<CollectionName, Long> bytes = new TreeMap<>();
    String after = null;
    do {
      // One that cannot be read is one all the same: for a quota its number counts.
      after =
          catalog.forEach(
              context,
              after,
              Catalog.LIST_LIMIT_MAX,
              (name, head) -> bytes.put(name, head == null ? 0L : bytesOf(head)));
    } while (after != null);
    return bytes;
  }

  /** Bytes of the live segments and of the index. */
  public static long bytesOf(Manifest head) {
    IndexRef index = head.index();
    return head.freshBytes() + (index == null ? 0 : index.bytes());
  }
}
