package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.objectstore.ObjectStore;
import java.nio.file.Path;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTest {
  @TempDir private Path folder;

  @Test
  void open_targetThatTravelled_isTheCollection() throws Exception {
    try (Collected collected = Collected.local(folder)) {
      Target target = InstantiationUtil.clone(TestTargets.of(collected, 7, 8));

      assertThat(target.segmentRowsMax()).isEqualTo(7);
      assertThat(target.segmentBytesMax()).isEqualTo(8);
      assertThat(target.context().principal()).isEqualTo("ingest:test");
      try (ObjectStore store = target.openStore()) {
        assertThat(target.open(store).head().collectionId())
            .isEqualTo(collected.head().collectionId());
      }
    }
  }

  @Test
  void open_collectionThatIsNotThere_isTold() {
    Target target =
        new Target(folder.resolve("b").toString(), null, "default", "none", "test", 1, 1);
    try (ObjectStore store = target.openStore()) {
      assertThatThrownBy(() -> target.open(store)).isInstanceOf(CollectionNotFoundException.class);
    }
  }

  @Test
  void checkpoints_ofDifferentWritersAndCollections_lieApart() {
    Target one = new Target("b", null, "default", "things", "flink:a", 1, 1);
    Target other = new Target("b", null, "default", "things", "flink:b", 1, 1);

    assertThat(one.checkpoints(folder))
        .isEqualTo(folder.resolve("default/things/writer~flink~a"))
        .isNotEqualTo(other.checkpoints(folder));
  }
}
