package io.akidb.serving.config;

import io.akidb.policies.InvalidPolicyException;
import io.akidb.policies.OidcConfig;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The identity provider, as the settings name it. */
public final class OidcSettings {
  private OidcSettings() {}

  /**
   * Reads the settings; empty where there is no provider.
   *
   * @throws InvalidSettingException naming the one that is wrong
   */
  public static Optional<OidcConfig> read(Settings settings) {
    Optional<String> issuer = settings.text(Setting.OIDC_ISSUER);
    if (issuer.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new OidcConfig(
              issuer.get(),
              settings.text(Setting.OIDC_AUDIENCE).orElse(""),
              Set.of(settings.text(Setting.OIDC_ALGORITHMS).orElse("").split(",")),
              settings.text(Setting.OIDC_TENANT).map(TenantId::new).orElse(null),
              settings.text(Setting.OIDC_TENANT_CLAIM).orElse(""),
              settings.text(Setting.OIDC_ROLES_CLAIM).orElse(""),
              OidcConfig.parseRoles(settings.text(Setting.OIDC_ROLES).orElse("")),
              Duration.ofSeconds(settings.number(Setting.OIDC_CLOCK_SKEW_SECS, 0, 300)),
              Duration.ofSeconds(settings.number(Setting.OIDC_KEYS_SECS, 30, 86_400)),
              settings.text(Setting.OIDC_TOKEN_TYPE).orElse(null),
              settings.flag(Setting.OIDC_ID_TOKENS)));
    } catch (InvalidPolicyException e) {
      throw new InvalidSettingException(e.field() + " " + e.getMessage());
    } catch (InvalidNameException e) {
      throw new InvalidSettingException("oidc-tenant is no tenant's id");
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException("oidc-algorithms names one twice");
    }
  }
}
