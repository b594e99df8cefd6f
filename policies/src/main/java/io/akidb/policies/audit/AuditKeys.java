package io.akidb.policies.audit;

import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import org.jspecify.annotations.Nullable;

/** Where the log lies. */
final class AuditKeys {
  /** The platform's batches. Ends with a slash. */
  static final String LOG = TenantNamespace.SYSTEM_PREFIX + "audit/log/";

  /** One head for each chain. Ends with a slash. */
  static final String HEADS = TenantNamespace.SYSTEM_PREFIX + "audit/heads/";

  private static final String HEAD_SUFFIX = ".json";

  private AuditKeys() {}

  /** The batches of a tenant's log, or the platform's for null. Ends with a slash. */
  static String log(@Nullable TenantId tenant) {
    return tenant == null ? LOG : new TenantNamespace(tenant).auditPrefix();
  }

  static String head(String chain) {
    return HEADS + chain + HEAD_SUFFIX;
  }

  /** The chain of a head's key, or null if it is none. */
  static @Nullable String chainOfHead(String key) {
    if (!key.startsWith(HEADS) || !key.endsWith(HEAD_SUFFIX)) {
      return null;
    }
    String chain = key.substring(HEADS.length(), key.length() - HEAD_SUFFIX.length());
    return BatchName.isChain(chain) ? chain : null;
  }
}
