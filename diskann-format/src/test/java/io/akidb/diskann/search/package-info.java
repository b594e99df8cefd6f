/** The lists and sets of a search against the JDK's collections. */
@NullMarked
package io.akidb.diskann.search;

import org.jspecify.annotations.NullMarked;
