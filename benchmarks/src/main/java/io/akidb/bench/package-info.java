/** {@code ./akidb bench}: AkiDB's index beside other libraries on one data set, in one go. */
@NullMarked
package io.akidb.bench;

import org.jspecify.annotations.NullMarked;
