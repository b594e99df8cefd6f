package io.akidb.serving.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.config.InvalidSettingException;
import io.akidb.serving.config.Settings;
import io.akidb.tenancy.TenantId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModesTest {
  private static Modes of(Map<String, String> environment) {
    return Modes.of(Settings.read(List.of(), environment));
  }

  @Test
  void nothingSet_isOneTenantAndOneKeyAndSaysSo() {
    Modes modes = of(Map.of());
    assertThat(modes).isEqualTo(new Modes(false, false, TenantId.DEFAULT));
    assertThat(modes.remarks())
        .hasSize(2)
        .anyMatch(line -> line.contains("'default'") && line.contains("AKIDB_MULTI_TENANCY=true"))
        .anyMatch(line -> line.contains("AKIDB_RBAC_ENABLED=true"));
  }

  @Test
  void everythingSet_isHonouredAndNeedsNoRemark() {
    String id = TenantId.random().value();
    Modes modes =
        of(
            Map.of(
                "AKIDB_MULTI_TENANCY", "true",
                "AKIDB_RBAC_ENABLED", "1",
                "AKIDB_DEFAULT_TENANT", id));
    assertThat(modes).isEqualTo(new Modes(true, true, new TenantId(id)));
    assertThat(modes.remarks()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"AKIDB_MULTI_TENANCY=maybe", "AKIDB_RBAC_ENABLED=", "AKIDB_DEFAULT_TENANT=../x"})
  void nonsense_isRefusedNamingTheSetting(String line) {
    int equals = line.indexOf('=');
    String flag =
        line.substring("AKIDB_".length(), equals)
            .toLowerCase(java.util.Locale.ROOT)
            .replace('_', '-');
    assertThatThrownBy(() -> of(Map.of(line.substring(0, equals), line.substring(equals + 1))))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(flag)
        .hasMessageNotContaining("../x");
  }
}
