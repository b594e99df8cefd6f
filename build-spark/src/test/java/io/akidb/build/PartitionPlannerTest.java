package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartitionPlannerTest {
  private static final long SEED = 99;

  /** All rows in memory, as the passes of a real build see them on executors. */
  private static final class Rows implements PartitionPlanner.Passes {
    final List<float[]> vectors = new ArrayList<>();
    int passes;

    @Override
    public PlacementCounts count(Placement placement) {
      passes++;
      PlacementCounts counts = new PlacementCounts(placement.shards());
      Placement.Finder finder = placement.finder();
      for (int i = 0; i < vectors.size(); i++) {
        finder.find("id-" + i, vectors.get(i));
        counts.addPrimary(finder.primary());
        if (finder.second() >= 0) {
          counts.addReplica(finder.second(), finder.bucket());
        }
      }
      return counts;
    }

    @Override
    public Map<Integer, List<VectorSample.Entry>> sampleOf(
        Set<Integer> shards, Placement placement, int sampleMax) {
      Map<Integer, VectorSample> samples = new TreeMap<>();
      Placement.Finder finder = placement.finder();
      for (int i = 0; i < vectors.size(); i++) {
        finder.find("id-" + i, vectors.get(i));
        if (shards.contains(finder.primary())) {
          samples
              .computeIfAbsent(finder.primary(), shard -> new VectorSample(sampleMax, SEED))
              .offer("id-" + i, vectors.get(i));
        }
      }
      Map<Integer, List<VectorSample.Entry>> entries = new TreeMap<>();
      samples.forEach((shard, sample) -> entries.put(shard, sample.entries()));
      return entries;
    }

    List<float[]> sample(int count) {
      VectorSample sample = new VectorSample(count, SEED);
      for (int i = 0; i < vectors.size(); i++) {
        sample.offer("id-" + i, vectors.get(i));
      }
      return sample.entries().stream().map(VectorSample.Entry::vector).toList();
    }
  }

  private static PartitionPlanner.Partitions plan(
      Rows rows, Metric metric, long rowsMax, double overlap) {
    IndexParameters defaults = IndexParameters.defaults();
    int dimension = rows.vectors.getFirst().length;
    Planning planning =
        new Planning(CollectionSchema.of(dimension, metric), defaults, new MemoryBudget(1, 2));
    return new PartitionPlanner(metric, rowsMax, overlap, SEED, rows, planning::centroids)
        .plan(rows.vectors.size(), rows.sample(2000));
  }

  private static void requireFits(
      PartitionPlanner.Partitions partitions, Rows rows, long rowsMax, double overlap) {
    long own = 0;
    long copies = 0;
    for (ShardPlan shard : partitions.shards()) {
      assertThat(shard.rows()).isLessThanOrEqualTo(rowsMax);
      own += shard.primaryRows();
      copies += shard.replicaRows();
    }
    assertThat(own).isEqualTo(rows.vectors.size());
    assertThat(copies).isLessThanOrEqualTo((long) (overlap * rows.vectors.size()));
    assertThat(partitions.centroids())
        .hasDimensions(partitions.shards().size(), rows.vectors.getFirst().length);
    requireRuleMatchesCounts(partitions, rows);
  }

  /** The rule that places rows later must give the very counts of the plan. */
  private static void requireRuleMatchesCounts(PartitionPlanner.Partitions partitions, Rows rows) {
    long[] own = new long[partitions.shards().size()];
    long[] copies = new long[own.length];
    Placement.Finder finder = partitions.placement().finder();
    for (int i = 0; i < rows.vectors.size(); i++) {
      finder.find("id-" + i, rows.vectors.get(i));
      own[finder.primary()]++;
      if (finder.replica() >= 0) {
        assertThat(finder.replica()).isNotEqualTo(finder.primary());
        copies[finder.replica()]++;
      }
    }
    for (int shard = 0; shard < own.length; shard++) {
      assertThat(own[shard]).isEqualTo(partitions.shards().get(shard).primaryRows());
      assertThat(copies[shard]).isEqualTo(partitions.shards().get(shard).replicaRows());
    }
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void plan_clusteredRows_bothBoundsHold(Metric metric) {
    Rows rows = new Rows();
    Vectors vectors = new Vectors(SEED, 16, 5);
    for (int i = 0; i < 6000; i++) {
      rows.vectors.add(vectors.next());
    }

    PartitionPlanner.Partitions partitions = plan(rows, metric, 500, 0.2);

    requireFits(partitions, rows, 500, 0.2);
    assertThat(partitions.shards()).hasSizeGreaterThanOrEqualTo(12);
    assertThat(partitions.shards().stream().mapToLong(ShardPlan::replicaRows).sum())
        .isGreaterThan(300);
  }

  @Test
  void plan_oneDenseCluster_isCutAgain() {
    Rows rows = new Rows();
    Random random = new Random(SEED);
    for (int i = 0; i < 5000; i++) {
      float spread = i < 4500 ? 0.001f : 100;
      rows.vectors.add(
          new float[] {
            spread * (float) random.nextGaussian(), spread * (float) random.nextGaussian()
          });
    }

    PartitionPlanner.Partitions partitions = plan(rows, Metric.L2, 400, 0.1);

    requireFits(partitions, rows, 400, 0.1);
    assertThat(rows.passes).isGreaterThan(1);
  }

  @Test
  void plan_equalVectors_areDealtOutByHash() {
    Rows rows = new Rows();
    for (int i = 0; i < 3000; i++) {
      rows.vectors.add(i < 2900 ? new float[] {1, 1} : new float[] {i, -i});
    }

    PartitionPlanner.Partitions partitions = plan(rows, Metric.L2, 300, 0.2);

    requireFits(partitions, rows, 300, 0.2);
  }

  @Test
  void plan_fewRows_oneShardWithoutAPass() {
    Rows rows = new Rows();
    rows.vectors.add(new float[] {1, 2});
    rows.vectors.add(new float[] {3, 4});

    PartitionPlanner.Partitions partitions = plan(rows, Metric.L2, 100, 0.2);

    assertThat(partitions.shards()).containsExactly(new ShardPlan(2, 0, Closeness.BUCKETS));
    assertThat(partitions.centroids()[0]).containsExactly(2, 3);
    assertThat(rows.passes).isZero();
  }

  @Test
  void plan_noOverlap_noCopies() {
    Rows rows = new Rows();
    Vectors vectors = new Vectors(SEED, 8, 3);
    for (int i = 0; i < 1000; i++) {
      rows.vectors.add(vectors.next());
    }

    assertThat(plan(rows, Metric.COSINE, 300, 0).shards())
        .allMatch(shard -> shard.replicaRows() == 0);
  }

  @Test
  void plan_twice_isTheSame() {
    Rows rows = new Rows();
    Vectors vectors = new Vectors(SEED, 8, 3);
    for (int i = 0; i < 2000; i++) {
      rows.vectors.add(vectors.next());
    }

    PartitionPlanner.Partitions first = plan(rows, Metric.L2, 300, 0.3);
    PartitionPlanner.Partitions second = plan(rows, Metric.L2, 300, 0.3);

    assertThat(first.shards()).isEqualTo(second.shards());
    assertThat(first.centroids()).isDeepEqualTo(second.centroids());
  }

  @Test
  void plan_tooManyPartitions_saysWhatToChange() {
    Rows rows = new Rows();
    rows.vectors.add(new float[] {1});

    assertThatThrownBy(
            () ->
                new PartitionPlanner(
                        Metric.L2, 1, 0, SEED, rows, (points, count) -> new float[][] {{1}})
                    .plan(1_000_000, rows.vectors))
        .isInstanceOf(BuildFailedException.class)
        .hasMessageContaining("--partition-rows-max");
  }

  @Test
  void bucket_ratios_growTowardsTheBorder() {
    assertThat(Closeness.bucket(0, 1)).isZero();
    assertThat(Closeness.bucket(1, 1)).isEqualTo(Closeness.BUCKETS - 1);
    assertThat(Closeness.bucket(0, 0)).isEqualTo(Closeness.BUCKETS - 1);
    assertThat(Closeness.bucket(0.5f, 1)).isEqualTo(4);
    assertThat(Closeness.bucket(0.9f, 1)).isGreaterThan(Closeness.bucket(0.8f, 1));
    assertThat(Closeness.bucket(1, Float.POSITIVE_INFINITY)).isZero();
  }
}
