/**
 * The audit log: who did what, when, from where and how it ended, in batches of JSON lines that are
 * hash-chained and signed, so that what was removed, changed, reordered or made up is found.
 *
 * <p>Each start of a node writes a chain of its own below {@code akidb/system/audit/log/}, and a
 * copy of each tenant's events below that tenant's {@code audit/}. A chain's first batch carries
 * its public key, whose private half never leaves the memory of the process, and tells how far the
 * chains before it had come; the chain's head, below {@code akidb/system/audit/heads/}, tells how
 * far it has come itself. Every five minutes a process that lives tells how far all have come.
 */
@NullMarked
package io.akidb.policies.audit;

import org.jspecify.annotations.NullMarked;
