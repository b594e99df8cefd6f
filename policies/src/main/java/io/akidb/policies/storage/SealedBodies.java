package io.akidb.policies.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals bodies for MinIO's admin API by the caller's secret, many by one derived key. Thread-safe.
 *
 * <p>MinIO takes bodies whose key was derived by Argon2id or by PBKDF2, whichever the body says.
 * Its client library knows Argon2id only, at 64 MiB and a quarter of a second of both sides'
 * processors for each body; this takes PBKDF2. It protects the secret no less: whoever sees a body
 * also sees the request's signature, five HMACs of the same secret, which is what would be guessed
 * at.
 *
 * <p>Source: MinIO, madmin-go v3.0.109, {@code EncryptData} (salt, algorithm, nonce, sealed data),
 * and sio-go v0.3.1 (a stream of chunks, of which a body here is the first and last).
 */
final class SealedBodies {
  /** Most bytes of a body: what fits one chunk. */
  static final int BODY_BYTES_MAX = 16 << 10;

  static final int SALT_BYTES = 32;
  static final int NONCE_BYTES = 8;
  static final int ITERATIONS = 8192;

  private static final byte PBKDF2_AES_GCM = 2;
  private static final byte LAST_CHUNK = (byte) 0x80;
  private static final int KEY_BITS = 256;
  private static final int TAG_BITS = 128;

  private final byte[] salt = new byte[SALT_BYTES];
  private final SecretKeySpec key;
  private final AtomicLong sealed = new AtomicLong();

  /**
   * Derives the key, which takes milliseconds.
   *
   * @param secret of whoever signs the requests, not empty
   */
  SealedBodies(String secret, SecureRandom random) {
    random.nextBytes(salt);
    try {
      PBEKeySpec derivation = new PBEKeySpec(secret.toCharArray(), salt, ITERATIONS, KEY_BITS);
      byte[] derived =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(derivation)
              .getEncoded();
      this.key = new SecretKeySpec(derived, "AES");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2 with HMAC-SHA-256", e);
    }
  }

  /**
   * Seals one.
   *
   * @throws IllegalArgumentException if it is longer than {@link #BODY_BYTES_MAX}
   */
  byte[] seal(byte[] body) {
    if (body.length > BODY_BYTES_MAX) {
      throw new IllegalArgumentException("a body of " + body.length + " bytes is too long");
    }
    // Counted, so that no two bodies under this key have one nonce.
    byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putLong(sealed.getAndIncrement()).array();
    byte[] about = new byte[1 + TAG_BITS / Byte.SIZE];
    about[0] = LAST_CHUNK;
    byte[] tag = chunk(nonce, 0, new byte[0], new byte[0]);
    System.arraycopy(tag, 0, about, 1, tag.length);
    byte[] chunk = chunk(nonce, 1, about, body);
    return ByteBuffer.allocate(SALT_BYTES + 1 + NONCE_BYTES + chunk.length)
        .put(salt)
        .put(PBKDF2_AES_GCM)
        .put(nonce)
        .put(chunk)
        .array();
  }

  private byte[] chunk(byte[] nonce, int number, byte[] about, byte[] data) {
    byte[] initial =
        ByteBuffer.allocate(NONCE_BYTES + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(nonce)
            .putInt(number)
            .array();
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, initial));
      cipher.updateAAD(about);
      return cipher.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }
}
