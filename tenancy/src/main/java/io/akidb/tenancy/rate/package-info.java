/**
 * How often: rate limits of tenants and of their API keys, by token buckets, of each node for
 * itself or of all nodes together. Nothing here knows of HTTP.
 */
@NullMarked
package io.akidb.tenancy.rate;

import org.jspecify.annotations.NullMarked;
