package io.akidb.policies.storage;

import io.akidb.objectstore.BucketConfig;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of an installation's policies and accounts in a store that it shares with others. They
 * begin with a hash of the bucket and prefix, so that two installations on one store, or an
 * installation and somebody else, never take each other's for their own. Immutable.
 *
 * <p>MinIO's access keys have at most 20 characters, so that an account's is a hash of its purpose
 * and tenant: 50 bits, beside 25 for the installation.
 */
final class OwnedNames {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int OWNER_LETTERS = 5;
  private static final int ACCOUNT_LETTERS = 10;

  private final String policyPrefix;
  private final String accountPrefix;
  private final Pattern account;

  OwnedNames(BucketConfig bucket) {
    byte[] owner = sha256(bucket.bucketName() + "/" + bucket.keyPrefix());
    this.policyPrefix = "akidb-" + HexFormat.of().formatHex(owner, 0, 4) + "-";
    this.accountPrefix = "akidb" + letters(owner, OWNER_LETTERS);
    this.account = Pattern.compile(accountPrefix + "[a-z2-7]{" + ACCOUNT_LETTERS + "}");
  }

  String policy(Purpose purpose, @Nullable TenantId tenant) {
    return policyPrefix + subject(purpose, tenant);
  }

  String account(Purpose purpose, @Nullable TenantId tenant) {
    return accountPrefix + letters(sha256(subject(purpose, tenant)), ACCOUNT_LETTERS);
  }

  boolean ownsPolicy(String name) {
    return name.startsWith(policyPrefix);
  }

  boolean ownsAccount(String name) {
    return account.matcher(name).matches();
  }

  private static String subject(Purpose purpose, @Nullable TenantId tenant) {
    return tenant == null ? purpose.label() : purpose.label() + "-" + tenant;
  }

  private static String letters(byte[] hash, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(ALPHABET.charAt(hash[i] & 31));
    }
    return text.toString();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
