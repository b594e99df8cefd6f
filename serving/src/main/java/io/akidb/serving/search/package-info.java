/** The way of a query: plan, shards, fresh tier, merge. */
@NullMarked
package io.akidb.serving.search;

import org.jspecify.annotations.NullMarked;
