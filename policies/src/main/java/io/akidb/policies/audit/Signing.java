package io.akidb.policies.audit;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ed25519 (RFC 8032) of the JDK, SHA-256, and keys as text. */
final class Signing {
  private static final String ALGORITHM = "Ed25519";
  private static final int KEYS_MAX = 100;
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN (PUBLIC|PRIVATE) KEY-----([A-Za-z0-9+/=\\s]+)-----END \\1 KEY-----");

  private Signing() {}

  static KeyPair newKeys(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(NamedParameterSpec.ED25519, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  static String sign(PrivateKey key, byte[] message) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(key);
      signature.update(message);
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("an Ed25519 key always signs", e);
    }
  }

  /** Whether the signature is the key's, of exactly this message. */
  static boolean isSigned(PublicKey key, byte[] message, String base64) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(Base64.getDecoder().decode(base64));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  static String text(PublicKey key) {
    return Base64.getEncoder().encodeToString(key.getEncoded());
  }

  /**
   * Reads what {@link #text} made.
   *
   * @throws CorruptAuditException if it is no such key
   */
  static PublicKey publicKey(String base64) {
    try {
      return KeyFactory.getInstance(ALGORITHM)
          .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new CorruptAuditException("this is no Ed25519 public key", e);
    }
  }

  /**
   * Reads the public keys of a PEM text, as {@code openssl pkey -pubout} writes them.
   *
   * @throws CorruptAuditException if there is none, or one is of another kind
   */
  static List<PublicKey> publicKeys(String pem) {
    List<PublicKey> keys = new ArrayList<>();
    Matcher blocks = PEM.matcher(pem);
    while (blocks.find() && keys.size() < KEYS_MAX) {
      if (blocks.group(1).equals("PUBLIC")) {
        keys.add(publicKey(blocks.group(2)));
      }
    }
    if (keys.isEmpty()) {
      throw new CorruptAuditException("there is no public key in PEM form", null);
    }
    return keys;
  }

  /**
   * Reads the private key of a PEM text, as {@code openssl genpkey -algorithm ed25519} writes it.
   *
   * @throws CorruptAuditException if there is none, without any part of the text
   */
  static PrivateKey privateKey(String pem) {
    Matcher block = PEM.matcher(pem);
    if (block.find() && block.group(1).equals("PRIVATE")) {
      try {
        return KeyFactory.getInstance(ALGORITHM)
            .generatePrivate(
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(2))));
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        throw new CorruptAuditException("the key is no Ed25519 private key in PKCS#8", null);
      }
    }
    throw new CorruptAuditException(
        "there is no private key in PEM form; make one by 'openssl genpkey -algorithm ed25519'",
        null);
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
