package io.akidb.tenancy;

/**
 * What one sweep did.
 *
 * @param abandoned creations that were given up
 * @param begun deleted tenants whose purge date has come
 * @param finished tenants of which nothing is left
 * @param objects deleted
 * @param unfinished whether more can be deleted at once, by another sweep
 */
public record SweepReport(
    int abandoned, int begun, int finished, long objects, boolean unfinished) {}
