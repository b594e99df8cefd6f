package io.akidb.policies.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

/** Opened by another library; that MinIO opens them, too, is what SyncPoliciesIT is about. */
class SealedBodiesTest {
  private static final String SECRET = "a secret of several wörds";
  private static final int HEADER = 41;
  private final SealedBodies bodies = new SealedBodies(SECRET, new SecureRandom());

  private static byte[] open(byte[] sealed, String secret) throws Exception {
    PKCS5S2ParametersGenerator derivation = new PKCS5S2ParametersGenerator(new SHA256Digest());
    derivation.init(
        secret.getBytes(StandardCharsets.UTF_8),
        Arrays.copyOf(sealed, SealedBodies.SALT_BYTES),
        SealedBodies.ITERATIONS);
    KeyParameter key = (KeyParameter) derivation.generateDerivedParameters(256);
    byte[] nonce = Arrays.copyOf(Arrays.copyOfRange(sealed, 33, HEADER), 12);
    GCMModeCipher first = GCMBlockCipher.newInstance(AESEngine.newInstance());
    first.init(true, new AEADParameters(key, 128, nonce));
    byte[] about = new byte[17];
    assertThat(first.doFinal(about, 1)).isEqualTo(16);
    about[0] = (byte) 0x80;
    nonce[8] = 1;
    GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
    cipher.init(false, new AEADParameters(key, 128, nonce, about));
    byte[] data = new byte[sealed.length - HEADER - 16];
    int done = cipher.processBytes(sealed, HEADER, sealed.length - HEADER, data, 0);
    return Arrays.copyOf(data, done + cipher.doFinal(data, done));
  }

  @Test
  void body_sealed_isOpenedByItsSecretOnly() throws Exception {
    for (int length : new int[] {0, 1, 100, SealedBodies.BODY_BYTES_MAX}) {
      byte[] body = new byte[length];
      new SecureRandom().nextBytes(body);
      byte[] sealed = bodies.seal(body);
      assertThat(sealed[32]).isEqualTo((byte) 2);
      assertThat(open(sealed, SECRET)).isEqualTo(body);
      assertThatThrownBy(() -> open(sealed, SECRET + "x")).hasMessageContaining("mac check");
    }
    assertThatThrownBy(() -> bodies.seal(new byte[SealedBodies.BODY_BYTES_MAX + 1]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void bodies_ofOneKey_neverHaveOneNonce() {
    byte[] one = bodies.seal(new byte[3]);
    byte[] two = bodies.seal(new byte[3]);
    byte[] other = new SealedBodies(SECRET, new SecureRandom()).seal(new byte[3]);
    assertThat(Arrays.copyOf(one, 33)).isEqualTo(Arrays.copyOf(two, 33));
    assertThat(Arrays.copyOfRange(one, 33, HEADER))
        .isNotEqualTo(Arrays.copyOfRange(two, 33, HEADER));
    assertThat(Arrays.copyOf(one, 32)).isNotEqualTo(Arrays.copyOf(other, 32));
  }
}
