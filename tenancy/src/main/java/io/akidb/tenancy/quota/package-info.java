/**
 * How much: what each tenant uses, counted from its manifests, and whether more fits into its
 * quotas.
 */
@NullMarked
package io.akidb.tenancy.quota;

import org.jspecify.annotations.NullMarked;
