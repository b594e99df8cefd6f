package io.akidb.serving.rest;

import io.akidb.serving.config.InvalidSettingException;
import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Who may read the metrics besides an operator: they name tenants, so nobody unless the settings
 * say so. Holds the hash of a secret only. Immutable.
 */
public final class MetricsAccess {
  static final String PATH = "/metrics";
  private static final int KEY_LENGTH_MIN = 16;

  private final boolean open;
  private final byte @Nullable [] keySha256;

  private MetricsAccess(boolean open, byte @Nullable [] keySha256) {
    this.open = open;
    this.keySha256 = keySha256;
  }

  /**
   * Reads the settings.
   *
   * @throws InvalidSettingException if the key could be guessed
   */
  public static MetricsAccess of(Settings settings) {
    String key = settings.text(Setting.METRICS_KEY).orElse(null);
    if (key != null && key.length() < KEY_LENGTH_MIN) {
      throw new InvalidSettingException(
          Setting.METRICS_KEY.variable()
              + " must have at least "
              + KEY_LENGTH_MIN
              + " characters; make one by 'openssl rand -hex 32'");
    }
    return new MetricsAccess(settings.flag(Setting.METRICS_OPEN), key == null ? null : sha256(key));
  }

  /** Whether a call that reads the metrics needs no other right than what it shows. */
  boolean admits(Credential shown) {
    byte[] known = keySha256;
    return open || (known != null && MessageDigest.isEqual(known, sha256(shown.text())));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
