/**
 * A node as a process of its own, with many tenants: what they cost, and what keeping them apart
 * does.
 */
@NullMarked
package io.akidb.bench.tenants;

import org.jspecify.annotations.NullMarked;
