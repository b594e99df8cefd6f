package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class DeparturesTest {
  private static final long BYTES_MAX = 64 << 20;
  private static final int LONG_BYTES = 1 << 20;

  private final AtomicLong nanos = new AtomicLong();
  private final Departures departures = new Departures(BYTES_MAX, nanos::get);

  private Departures.Room room(String caller, long bytes) {
    Departures.Room room = departures.open();
    room.of(caller);
    try {
      room.require(bytes);
      return room;
    } catch (ServingException e) {
      room.giveBack();
      throw e;
    }
  }

  @Test
  void memoryForAnswers_isAnEighthOfTheHeap_moreOfASmallOne_andOneAnswerInAny() {
    long mebi = 1 << 20;
    assertThat(Departures.bytesMax(8192 * mebi)).isEqualTo(1024 * mebi);
    assertThat(Departures.bytesMax(2048 * mebi)).isEqualTo(256 * mebi);
    assertThat(Departures.bytesMax(1024 * mebi)).isEqualTo(256 * mebi);
    assertThat(Departures.bytesMax(512 * mebi)).isEqualTo(128 * mebi);
    assertThat(Departures.bytesMax(128 * mebi)).isEqualTo(AnswerBytes.BYTES_MAX);
  }

  /** As many long answers as a caller is given. */
  private List<Departures.Room> fill(String caller) {
    List<Departures.Room> rooms = new ArrayList<>();
    try {
      while (true) {
        rooms.add(room(caller, LONG_BYTES));
      }
    } catch (ServingException e) {
      assertThat(e.reason()).isEqualTo(Reason.OVERLOADED);
      assertThat(e).hasMessageContaining("of this tenant");
    }
    return rooms;
  }

  @Test
  void callerWhoDoesNotRead_leavesRoomForOthers_andGivesItBack() {
    List<Departures.Room> greedy = fill("greedy");
    assertThat(departures.bytesHeld()).isBetween(BYTES_MAX / 2, BYTES_MAX * 3 / 4 + LONG_BYTES);
    List<Departures.Room> second = fill("second");
    assertThat(second).hasSizeGreaterThan(8);
    room("third", LONG_BYTES).giveBack();

    greedy.forEach(Departures.Room::giveBack);
    second.forEach(Departures.Room::giveBack);
    assertThat(departures.bytesHeld()).isZero();
    assertThat(fill("greedy")).hasSameSizeAs(greedy);
  }

  /** Reads so many bytes a second. */
  private final class Reader extends ByteArrayOutputStream {
    private final int bytesPerSecond;

    Reader(int bytesPerSecond) {
      this.bytesPerSecond = bytesPerSecond;
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      nanos.addAndGet(length * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
      super.write(bytes, from, length);
    }
  }

  private static byte[] answer() {
    byte[] body = new byte[LONG_BYTES + 1];
    new Random(7).nextBytes(body);
    return body;
  }

  @Test
  void callerWhoReadsAtTheLeastPace_getsAll() throws IOException {
    Reader reader = new Reader((int) Pace.BYTES_PER_SECOND_MIN);
    departures.send(Blocks.of(answer()), reader);
    assertThat(reader.toByteArray()).isEqualTo(answer());
  }

  @Test
  void callerWhoReadsMoreSlowly_isCutOff_andTheMemoryIsGivenBack() {
    Reader reader = new Reader((int) Pace.BYTES_PER_SECOND_MIN / 2);
    assertThatThrownBy(
            () -> {
              try (Departures.Room _ = room("slow", LONG_BYTES)) {
                departures.send(Blocks.of(answer()), reader);
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bytes a second");
    assertThat(nanos.get()).isLessThan(3 * Departures.PATIENCE.toNanos());
    assertThat(reader.size()).isBetween(100_000, LONG_BYTES / 2);
    assertThat(departures.bytesHeld()).isZero();
  }

  @Test
  void shortAnswers_countNothing() {
    fill("greedy");
    long held = departures.bytesHeld();
    room("greedy", Departures.SHORT_BYTES_MAX);
    assertThat(departures.bytesHeld()).isEqualTo(held);
  }

  @Test
  void answerThatIsTheOnlyOne_isLetInWhereItFits() {
    Departures.Room only = room("one", BYTES_MAX);
    assertThatThrownBy(() -> room("other", 2 * LONG_BYTES))
        .asInstanceOf(InstanceOfAssertFactories.type(ServingException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.OVERLOADED))
        .satisfies(e -> assertThat(e).hasMessageContaining("of all callers"));
    only.giveBack();
    room("other", 2 * LONG_BYTES).giveBack();
    assertThat(departures.bytesHeld()).isZero();
  }
}
