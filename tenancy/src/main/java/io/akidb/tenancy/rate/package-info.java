/**
 * How often: rate limits of tenants and of their API keys, by token buckets. Nothing here waits,
 * and nothing knows of HTTP.
 */
@NullMarked
package io.akidb.tenancy.rate;

import org.jspecify.annotations.NullMarked;
