package io.akidb.diskann.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Against a sorted set that drops its last element and a set of what was expanded. */
class CandidateListTest {
  private record Candidate(float distance, int id) {}

  @RepeatedTest(20)
  void list_randomWalks_keepsTheBestAndExpandsEachOnce(RepetitionInfo run) {
    long seed = 100L + run.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    CandidateList list = new CandidateList();
    for (int walk = 0; walk < 5; walk++) {
      int capacity = 1 + random.nextInt(300);
      list.reset(capacity);
      TreeSet<Candidate> model =
          new TreeSet<>(
              Comparator.comparingDouble(Candidate::distance).thenComparingInt(Candidate::id));
      Set<Integer> expanded = new HashSet<>();
      for (int id = 0; id < 1_000; id++) {
        // Distinct, as which of equal distances is dropped is left open.
        Candidate candidate = new Candidate((float) random.nextDouble(-1, 1), id);
        boolean kept = model.size() < capacity || candidate.distance() < model.last().distance();
        assertThat(list.wouldKeep(candidate.distance())).isEqualTo(kept);
        list.add(candidate.distance(), id);
        if (kept) {
          model.add(candidate);
          if (model.size() > capacity) {
            model.pollLast();
          }
        }
        if (random.nextInt(3) == 0) {
          Candidate expected =
              model.stream()
                  .filter(each -> !expanded.contains(each.id()))
                  .findFirst()
                  .orElse(new Candidate(0, -1));
          assertThat(list.expandNext()).as("seed %s", seed).isEqualTo(expected.id());
          expanded.add(expected.id());
          if (expected.id() >= 0) {
            assertThat(list.expandedDistance()).isEqualTo(expected.distance());
          }
        }
      }
      assertThat(list.size()).isEqualTo(model.size());
      int i = 0;
      for (Candidate candidate : model) {
        assertThat(list.id(i)).as("seed %s, place %s", seed, i).isEqualTo(candidate.id());
        assertThat(list.distance(i++)).isEqualTo(candidate.distance());
      }
    }
  }

  @RepeatedTest(20)
  void move_randomChanges_keepsTheOrderAndWhatWasExpanded(RepetitionInfo run) {
    long seed = 200L + run.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    CandidateList list = new CandidateList();
    int capacity = 1 + random.nextInt(100);
    list.reset(capacity);
    TreeSet<Candidate> model =
        new TreeSet<>(
            Comparator.comparingDouble(Candidate::distance).thenComparingInt(Candidate::id));
    Set<Integer> expanded = new HashSet<>();
    float[] known = new float[300];
    for (int step = 0; step < 2_000; step++) {
      int id = random.nextInt(known.length);
      float now = (float) random.nextDouble(0.1, 1);
      boolean isListed = model.remove(new Candidate(known[id], id));
      if (expanded.contains(id)) {
        if (isListed) {
          model.add(new Candidate(known[id], id));
        }
      } else {
        // What is listed stays so, however far; what is not has to be nearer than something.
        list.move(known[id], now, id);
        known[id] = now;
        if (isListed || model.size() < capacity || now < model.last().distance()) {
          model.add(new Candidate(now, id));
          if (model.size() > capacity) {
            model.pollLast();
          }
        }
      }
      if (random.nextInt(20) == 0) {
        int next = list.expandNext();
        assertThat(next)
            .as("seed %s, step %s", seed, step)
            .isEqualTo(
                model.stream()
                    .map(Candidate::id)
                    .filter(each -> !expanded.contains(each))
                    .findFirst()
                    .orElse(-1));
        expanded.add(next);
      }
      assertThat(list.size()).isEqualTo(model.size());
    }
    int i = 0;
    for (Candidate candidate : model) {
      assertThat(list.id(i)).as("seed %s, place %s", seed, i).isEqualTo(candidate.id());
      assertThat(list.distance(i++)).isEqualTo(candidate.distance());
    }
  }

  @Test
  void list_equalDistances_expandsEachOnceAndStaysSorted() {
    SplittableRandom random = new SplittableRandom(7);
    CandidateList list = new CandidateList();
    list.reset(500);
    Set<Integer> expanded = new HashSet<>();
    for (int id = 0; id < 500; id++) {
      list.add(random.nextInt(4), id);
      if (id % 2 == 0) {
        assertThat(expanded.add(list.expandNext())).isTrue();
      }
    }
    for (int id = list.expandNext(); id >= 0; id = list.expandNext()) {
      assertThat(expanded.add(id)).isTrue();
    }
    assertThat(expanded).hasSize(500);
    for (int i = 1; i < 500; i++) {
      assertThat(list.distance(i)).isGreaterThanOrEqualTo(list.distance(i - 1));
    }
  }

  @Test
  void move_equalDistances_listsEachOnce() {
    SplittableRandom random = new SplittableRandom(8);
    CandidateList list = new CandidateList();
    list.reset(60);
    float[] known = new float[50];
    boolean[] expanded = new boolean[50];
    for (int id = 0; id < 50; id++) {
      list.add(0, id);
    }
    for (int step = 0; step < 2_000; step++) {
      int id = random.nextInt(50);
      float now = random.nextInt(3);
      if (!expanded[id]) {
        list.move(known[id], now, id);
        known[id] = now;
      }
      if (step % 50 == 0) {
        expanded[list.expandNext()] = true;
      }
      assertThat(list.size()).isEqualTo(50);
    }
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      assertThat(ids.add(list.id(i))).isTrue();
      assertThat(list.distance(i)).isEqualTo(known[list.id(i)]);
    }
  }

  @Test
  void list_distanceThatIsNoNumber_isLast() {
    CandidateList list = new CandidateList();
    list.reset(3);
    list.add(Float.intBitsToFloat(0xffc00000), 1);
    list.add(Float.POSITIVE_INFINITY, 2);
    list.add(5, 3);
    assertThat(list.expandNext()).isEqualTo(3);
    assertThat(list.expandNext()).isEqualTo(2);
    assertThat(list.expandNext()).isEqualTo(1);
    assertThat(list.expandNext()).isEqualTo(-1);
  }

  @Test
  void nextUnexpanded_afterSomeWereExpanded_namesTheOthersInOrder() {
    CandidateList list = new CandidateList();
    list.reset(4);
    for (int id = 0; id < 4; id++) {
      list.add(id, id);
    }
    assertThat(list.expandNext()).isZero();
    assertThat(list.expandNext()).isEqualTo(1);
    list.add(0.5f, 9);
    assertThat(list.nextUnexpanded(0)).isEqualTo(1);
    assertThat(list.id(1)).isEqualTo(9);
    assertThat(list.nextUnexpanded(2)).isEqualTo(3);
    assertThat(list.id(3)).isEqualTo(2);
    assertThat(list.nextUnexpanded(4)).isEqualTo(-1);
  }
}
