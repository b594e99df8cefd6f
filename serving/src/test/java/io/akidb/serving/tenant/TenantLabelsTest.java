package io.akidb.serving.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.tenancy.TenantId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TenantLabelsTest {
  private final List<TenantId> tenants = Stream.generate(TenantId::random).limit(300).toList();

  private static void count(TenantLabels labels, TenantId tenant, int calls) {
    for (int i = 0; i < calls; i++) {
      labels.count(tenant);
    }
  }

  @Test
  void firstCallers_getLabelsAsLongAsThereAreAny() {
    TenantLabels labels = new TenantLabels(2);
    assertThat(tenants.stream().limit(4).map(labels::count))
        .containsExactly(
            tenants.get(0).value(), tenants.get(1).value(), TenantLabels.OTHER, TenantLabels.OTHER);
    assertThat(labels.of(tenants.get(1))).isEqualTo(tenants.get(1).value());
    assertThat(labels.of(tenants.get(2))).isEqualTo(TenantLabels.OTHER);
    assertThat(new TenantLabels(0).count(tenants.get(0))).isEqualTo(TenantLabels.OTHER);
  }

  @Test
  void review_givesLabelsToTheMuchBusierOnly() {
    TenantLabels labels = new TenantLabels(2);
    count(labels, tenants.get(0), 10);
    count(labels, tenants.get(1), 10);
    count(labels, tenants.get(2), 20);
    assertThat(labels.review()).as("not more than twice as busy").isEmpty();

    count(labels, tenants.get(0), 10);
    count(labels, tenants.get(1), 11);
    count(labels, tenants.get(2), 21);
    count(labels, tenants.get(3), 5);
    assertThat(labels.review()).containsExactly(tenants.get(0));
    assertThat(labels.of(tenants.get(2))).isEqualTo(tenants.get(2).value());
    assertThat(labels.of(tenants.get(0))).isEqualTo(TenantLabels.OTHER);
  }

  @Test
  void labels_whateverIsCalled_areNeverMoreThanAllowed() {
    SplittableRandom random = new SplittableRandom(11);
    TenantLabels labels = new TenantLabels(5);
    for (int round = 0; round < 200; round++) {
      for (int call = 0; call < 500; call++) {
        TenantId tenant = tenants.get(random.nextInt(1 + random.nextInt(tenants.size())));
        assertThat(labels.count(tenant)).isIn(tenant.value(), TenantLabels.OTHER);
      }
      labels.review();
      Set<String> given = new HashSet<>();
      tenants.forEach(tenant -> given.add(labels.of(tenant)));
      assertThat(given).hasSizeLessThanOrEqualTo(6);
    }
  }
}
