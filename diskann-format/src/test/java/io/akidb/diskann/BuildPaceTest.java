package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.BuildPace.Pace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildPaceTest {
  private static final long SECOND = 1_000_000_000;

  private final AtomicLong now = new AtomicLong(-7 * SECOND);
  private final List<Pace> told = new ArrayList<>();
  private final BuildPace pace = new BuildPace(now::get, told::add);

  @TempDir Path folder;

  @Test
  void phase_underWay_tellsRateAndWhatIsLeft() {
    pace.update("graph", 0, 100);
    now.addAndGet(2 * SECOND);
    pace.update("graph", 50, 100);
    now.addAndGet(8 * SECOND);
    pace.update("graph", 60, 100);
    pace.update("graph", 100, 100);
    assertThat(told)
        .containsExactly(
            new Pace("graph", 0, 100, 0, null),
            new Pace("graph", 50, 100, 25, 2.0),
            new Pace("graph", 60, 100, 6, 40.0 / 6),
            new Pace("graph", 100, 100, 10, 0.0));
  }

  @Test
  void phase_next_beginsAnew() {
    pace.update("graph", 0, 100);
    now.addAndGet(SECOND);
    pace.update("graph", 100, 100);
    pace.update("encode", 10, 30);
    now.addAndGet(SECOND);
    pace.update("encode", 20, 30);
    assertThat(told.get(2)).isEqualTo(new Pace("encode", 10, 30, 0, null));
    assertThat(told.get(3)).isEqualTo(new Pace("encode", 20, 30, 10, 1.0));
  }

  @Test
  void build_real_endsWithNothingLeft() {
    IndexSchema schema = new IndexSchema(2, DistanceMetric.L2, new TreeMap<>());
    try (IndexBuilder builder =
        IndexProvider.of("diskann").builder(schema, BuildParameters.defaults(), null, folder)) {
      for (int i = 0; i < 200; i++) {
        float[] vector = {i, 1};
        builder.add(new IndexRecord(Integer.toString(i), i, vector, new byte[0], Map.of()));
      }
      builder.build(
          folder.resolve("shard"),
          (phase, done, total) -> {
            now.addAndGet(SECOND);
            pace.update(phase, done, total);
          });
    }
    assertThat(told).extracting(Pace::phase).contains("graph", "encode");
    assertThat(told.getLast().secondsLeft()).isZero();
    assertThat(told).allSatisfy(one -> assertThat(one.perSecond()).isNotNegative());
  }
}
