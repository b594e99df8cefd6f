package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.policies.Authorizer.Decision;
import io.akidb.tenancy.TenantId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuthorizerTest {
  private final Authorizer authorizer = new Authorizer();
  private final TenantId acme = TenantId.random();
  private final Principal admin = new Principal("key:1", Role.ADMIN, acme);
  private final Principal operator = new Principal("key:2", Role.OPERATOR, null);

  @ParameterizedTest
  @EnumSource(Permission.class)
  void operator_mayDoEverythingForEveryTenant(Permission permission) {
    assertThat(authorizer.decide(operator, acme, permission)).isEqualTo(Decision.ALLOWED);
    assertThat(authorizer.decide(operator, TenantId.random(), permission))
        .isEqualTo(Decision.ALLOWED);
  }

  @ParameterizedTest
  @EnumSource(Permission.class)
  void admin_mayDoEverythingButManageTenantsInItsOwn(Permission permission) {
    assertThat(authorizer.decide(admin, acme, permission))
        .isEqualTo(permission == Permission.TENANTS_MANAGE ? Decision.FORBIDDEN : Decision.ALLOWED);
  }

  @ParameterizedTest
  @EnumSource(Permission.class)
  void admin_ofAnotherTenant_isToldNothing(Permission permission) {
    assertThat(authorizer.decide(admin, TenantId.random(), permission))
        .isEqualTo(Decision.NOT_YOURS);
  }

  @Test
  void principal_boundWrongly_isRefused() {
    assertThatThrownBy(() -> new Principal("x", Role.OPERATOR, acme))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Principal("x", Role.ADMIN, null))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
