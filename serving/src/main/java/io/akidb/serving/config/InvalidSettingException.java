package io.akidb.serving.config;

/** A setting that the node cannot start with. The message names it and never holds a secret. */
public final class InvalidSettingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Names the setting and the remedy. */
  public InvalidSettingException(String message) {
    super(message);
  }
}
