/** Filters over attributes: the JSON form, its types, and what matches. */
@NullMarked
package io.akidb.serving.filter;

import org.jspecify.annotations.NullMarked;
