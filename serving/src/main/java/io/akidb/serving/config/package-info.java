/** Where settings come from and how they are checked. */
@NullMarked
package io.akidb.serving.config;

import org.jspecify.annotations.NullMarked;
