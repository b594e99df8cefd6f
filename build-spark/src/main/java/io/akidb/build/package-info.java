/** The bulk build job; replaced below once the command line is settled. */
@NullMarked
package io.akidb.build;

import org.jspecify.annotations.NullMarked;
