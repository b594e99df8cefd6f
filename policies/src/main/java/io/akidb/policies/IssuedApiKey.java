package io.akidb.policies;

/**
 * A new key. The only moment at which its text exists outside its owner's hands.
 *
 * @param descriptor what the bucket keeps
 * @param plaintext what the owner sends
 */
public record IssuedApiKey(ApiKeyDescriptor descriptor, String plaintext) {
  @Override
  public String toString() {
    return "IssuedApiKey[descriptor=" + descriptor + "]";
  }
}
