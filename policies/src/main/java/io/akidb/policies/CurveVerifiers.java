package io.akidb.policies;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import java.security.Key;
import java.security.Provider;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/**
 * The library's verifiers, of which those of elliptic curves compute by BoringSSL (Conscrypt) where
 * that is there for the platform: the JDK takes 400 µs for an ES256 signature, BoringSSL 70.
 * Thread-safe.
 */
final class CurveVerifiers extends DefaultJWSVerifierFactory {
  private final @Nullable Provider curves;

  private CurveVerifiers(@Nullable Provider curves) {
    this.curves = curves;
  }

  /** By native code if this platform has it, else by the JDK's. */
  static CurveVerifiers fastest() {
    return new CurveVerifiers(Conscrypt.isAvailable() ? Conscrypt.newProvider() : null);
  }

  @Override
  public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
    JWSVerifier verifier = super.createJWSVerifier(header, key);
    if (curves != null && JWSAlgorithm.Family.EC.contains(header.getAlgorithm())) {
      verifier.getJCAContext().setProvider(curves);
    }
    return verifier;
  }
}
