package io.akidb.build;

/**
 * The command line asks for something that cannot be; the message names the option and the remedy.
 */
public final class BuildUsageException extends BuildException {
  BuildUsageException(String message) {
    super(message, null);
  }
}
