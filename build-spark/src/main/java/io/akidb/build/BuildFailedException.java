package io.akidb.build;

import org.jspecify.annotations.Nullable;

/** A step of the build did not work; the message says which one and why. */
public final class BuildFailedException extends BuildException {
  BuildFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
