/** What the node does for its tenants as such: counts them, limits them, shows them in metrics. */
@NullMarked
package io.akidb.serving.tenant;

import org.jspecify.annotations.NullMarked;
