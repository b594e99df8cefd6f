package io.akidb.serving.tenant;

import io.akidb.policies.Principal;
import io.akidb.serving.config.InvalidSettingException;
import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an installation has opted into.
 *
 * @param multiTenancy whether there are more tenants than one
 * @param rbac whether others than the operator may call: tenants, users, service accounts
 * @param defaultTenant the only one without multi-tenancy; with it, the one that an operator's call
 *     is for when it names none
 */
public record Modes(boolean multiTenancy, boolean rbac, TenantId defaultTenant) {
  private static final List<String> OF_RBAC =
      List.of("/users", "/roles", "/api-keys", "/auth", "/authz");

  /**
   * Reads the settings.
   *
   * @throws InvalidSettingException that names the one that cannot be read
   */
  public static Modes of(Settings settings) {
    return new Modes(
        settings.flag(Setting.MULTI_TENANCY),
        settings.flag(Setting.RBAC_ENABLED),
        tenant(settings.text(Setting.DEFAULT_TENANT).orElse("")));
  }

  private static TenantId tenant(String text) {
    try {
      return new TenantId(text);
    } catch (InvalidNameException e) {
      throw new InvalidSettingException(
          Setting.DEFAULT_TENANT.flag() + " must be 'default' or a tenant's id, a UUIDv4");
    }
  }

  /**
   * Refuses what the installation has not opted into.
   *
   * @param route its template, such as {@code /tenants/{tenant_id}}
   * @param askedTenant whom an operator acts for; null if the call names nobody
   * @throws ServingException NOT_ENABLED, naming the setting
   */
  public void require(Principal principal, String route, @Nullable String askedTenant) {
    if (!rbac) {
      if (!principal.isOperator()) {
        throw notEnabled("only the operator's key is taken here", Setting.RBAC_ENABLED);
      }
      if (OF_RBAC.stream().anyMatch(prefix -> isBelow(route, prefix))) {
        throw notEnabled(
            "there are no users, roles and keys of tenants here", Setting.RBAC_ENABLED);
      }
    }
    if (!multiTenancy) {
      TenantId own = principal.tenant();
      if (isBelow(route, "/tenants")
          || (own != null && !own.equals(defaultTenant))
          || (askedTenant != null && !askedTenant.equals(defaultTenant.value()))) {
        throw notEnabled(
            "there is one tenant here, '" + defaultTenant + "'", Setting.MULTI_TENANCY);
      }
    }
  }

  private static boolean isBelow(String route, String prefix) {
    return route.equals(prefix) || route.startsWith(prefix + "/");
  }

  private static ServingException notEnabled(String what, Setting setting) {
    return ServingException.of(
        Reason.NOT_ENABLED, what + "; more needs " + setting.variable() + "=true on the node");
  }

  /** What somebody who starts the node should know, a line each. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (!multiTenancy) {
      remarks.add(
          "one tenant, '"
              + defaultTenant
              + "'; for more set "
              + Setting.MULTI_TENANCY.variable()
              + "=true");
    }
    if (!rbac) {
      remarks.add(
          "one key, the operator's; for users, roles and keys of tenants set "
              + Setting.RBAC_ENABLED.variable()
              + "=true");
    }
    return remarks;
  }
}
