package io.akidb.tenancy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of tenants.
 *
 * @param tenants ascending by id, the deleted ones left out
 * @param nextCursor pass on for the next page; null when this is the last
 */
public record TenantPage(List<Tenant> tenants, @Nullable String nextCursor) {
  /** Copies the list. */
  public TenantPage {
    tenants = List.copyOf(tenants);
  }
}
