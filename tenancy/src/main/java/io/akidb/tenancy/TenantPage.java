package io.akidb.tenancy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of tenants.
 *
 * @param tenants ascending by id, the deleted ones left out
 * @param unreadable tenants whose descriptors are damaged, or of a later version
 * @param nextCursor pass on for the next page; null when this is the last
 */
public record TenantPage(
    List<Tenant> tenants, List<TenantId> unreadable, @Nullable String nextCursor) {
  /** Copies the lists. */
  public TenantPage {
    tenants = List.copyOf(tenants);
    unreadable = List.copyOf(unreadable);
  }
}
