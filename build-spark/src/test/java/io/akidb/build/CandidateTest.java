package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.KryoSerializer;
import org.junit.jupiter.api.Test;

class CandidateTest {
  private static final float[] VECTOR = {1, 2};

  @Test
  void newest_differentOrders_greaterOrderWins() {
    Candidate older = Candidate.ofSegment(10, 9, 9, VECTOR, null);
    Candidate newer = Candidate.ofSegment(11, 1, 1, null, null);

    assertThat(Candidate.newest(older, newer).order()).isEqualTo(11);
    assertThat(Candidate.newest(newer, older).isTombstone()).isTrue();
  }

  @Test
  void newest_sameOrder_laterSegmentThenLaterPositionWins() {
    Candidate early = Candidate.ofSegment(10, 1, 9, new float[] {1, 1}, null);
    Candidate late = Candidate.ofSegment(10, 2, 0, new float[] {2, 2}, null);
    Candidate latest = Candidate.ofSegment(10, 2, 1, new float[] {3, 3}, null);

    assertThat(Candidate.newest(early, late).vector()).containsExactly(2, 2);
    assertThat(Candidate.newest(latest, late).vector()).containsExactly(3, 3);
  }

  @Test
  void newest_indexAndSegmentOfSameOrder_segmentWins() {
    Candidate indexed = Candidate.ofIndex(10, new float[] {1, 1}, null);
    Candidate fresh = Candidate.ofSegment(10, 0, 0, new float[] {2, 2}, null);

    assertThat(Candidate.newest(indexed, fresh).vector()).containsExactly(2, 2);
    assertThat(Candidate.newest(fresh, indexed).vector()).containsExactly(2, 2);
  }

  @Test
  void newest_anyGrouping_sameWinnerAndTallies() {
    long seed = 7;
    Random random = new Random(seed);
    List<Candidate> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(Candidate.ofSegment(random.nextInt(5), random.nextInt(3), i, VECTOR, null));
    }
    all.add(Candidate.ofIndex(2, VECTOR, null));
    all.add(Candidate.ofIndex(2, VECTOR, null));
    all.add(Candidate.ofCarriedTombstone(3));
    Candidate expected = all.stream().reduce(Candidate::newest).orElseThrow();
    for (int round = 0; round < 50; round++) {
      Collections.shuffle(all, random);
      int cut = 1 + random.nextInt(all.size() - 1);
      Candidate left = all.subList(0, cut).stream().reduce(Candidate::newest).orElseThrow();
      Candidate right =
          all.subList(cut, all.size()).stream().reduce(Candidate::newest).orElseThrow();
      Candidate found = Candidate.newest(left, right);

      assertThat(found)
          .as("seed %s round %s", seed, round)
          .usingRecursiveComparison()
          .isEqualTo(expected);
    }
    assertThat(expected.segmentRows()).isEqualTo(20);
    assertThat(expected.indexRows()).isEqualTo(2);
    assertThat(expected.carriedTombstones()).isEqualTo(1);
  }

  @Test
  void vector_tombstone_refused() {
    assertThatThrownBy(() -> Candidate.ofCarriedTombstone(1).vector())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void kryo_everyKind_comesBackEqual() {
    Kryo kryo = new KryoSerializer(SparkSettings.complete(new SparkConf(false))).newKryo();
    List<Candidate> kinds =
        List.of(
            Candidate.ofSegment(
                Long.MAX_VALUE, 3, 4, new float[] {Float.MIN_VALUE, -0f}, new byte[] {1, 2}),
            Candidate.ofSegment(0, 0, 0, null, null),
            Candidate.ofIndex(5, VECTOR, new byte[0]),
            Candidate.newest(Candidate.ofCarriedTombstone(9), Candidate.ofIndex(5, VECTOR, null)));
    for (Candidate candidate : kinds) {
      Output output = new Output(64, -1);
      kryo.writeClassAndObject(output, candidate);
      Object read = kryo.readClassAndObject(new Input(output.toBytes()));

      assertThat(read).usingRecursiveComparison().isEqualTo(candidate);
    }
  }

  @Test
  void kryo_recordsAndSlots_comeBackEqual() {
    Kryo kryo = new KryoSerializer(SparkSettings.complete(new SparkConf(false))).newKryo();
    ShardReceipt receipt = new ShardReceipt(3, 10, 2, 4096, 77, "etag", 99);
    ShardSlot slot = new ShardSlot(4, "größe", true);
    for (Object value : List.of(receipt, slot)) {
      Output output = new Output(64, -1);
      kryo.writeClassAndObject(output, value);

      assertThat(kryo.readClassAndObject(new Input(output.toBytes()))).isEqualTo(value);
    }
  }
}
