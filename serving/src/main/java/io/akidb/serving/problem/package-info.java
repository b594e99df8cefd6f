/** What can go wrong with a call, in stable codes and without HTTP. */
@NullMarked
package io.akidb.serving.problem;

import org.jspecify.annotations.NullMarked;
