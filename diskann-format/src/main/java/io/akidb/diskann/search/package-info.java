/** What every search needs: checked queries, exact scans, lists of candidates and of answers. */
@NullMarked
package io.akidb.diskann.search;

import org.jspecify.annotations.NullMarked;
