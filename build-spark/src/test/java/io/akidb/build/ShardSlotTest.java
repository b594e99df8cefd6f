package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShardSlotTest {
  @Test
  void compareTo_shardsAndIds_byShardThenId() {
    ShardSlot a = new ShardSlot(1, "b", false);
    ShardSlot b = new ShardSlot(1, "c", true);
    ShardSlot c = new ShardSlot(2, "a", false);

    assertThat(Stream.of(c, b, a).sorted().toList()).containsExactly(a, b, c);
    assertThat(a)
        .isEqualTo(new ShardSlot(1, "b", true))
        .hasSameHashCodeAs(new ShardSlot(1, "b", true));
    assertThat(a).isNotEqualTo(b).isNotEqualTo(c).isNotEqualTo("b");
    assertThat(b).hasToString("1/c (replica)");
  }

  @Test
  void slots_someShards_eachHasItsPartition() {
    ShardSlots slots = new ShardSlots(List.of(7, 2, 5));

    assertThat(slots.numPartitions()).isEqualTo(3);
    assertThat(slots.has(5)).isTrue();
    assertThat(slots.has(3)).isFalse();
    for (int partition = 0; partition < 3; partition++) {
      assertThat(slots.getPartition(new ShardSlot(slots.shard(partition), "x", false)))
          .isEqualTo(partition);
    }
    assertThat(slots.shard(0)).isEqualTo(2);
  }
}
