/**
 * Whose: tenants, their namespaces and quotas. {@link io.akidb.tenancy.TenantNamespace} is the only
 * code that forms a tenant's object keys.
 */
@NullMarked
package io.akidb.tenancy;

import org.jspecify.annotations.NullMarked;
