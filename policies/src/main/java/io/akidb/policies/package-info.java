/**
 * Who may do what: principals, their API keys, permissions, and the one decision point that
 * everything asks. Knows tenants, but no HTTP.
 */
@NullMarked
package io.akidb.policies;

import org.jspecify.annotations.NullMarked;
