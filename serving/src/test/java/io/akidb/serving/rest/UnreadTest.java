package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnreadTest {
  private static final int MAX = 1 << 20;

  private final AtomicLong nanos = new AtomicLong();
  private final Unread unread =
      new Unread(new HttpConfig("127.0.0.1", 0, MAX, 1, 1, Duration.ofSeconds(1), 0), nanos::get);

  /** So many bytes, each of which takes so long. */
  private InputStream slow(int count, Duration each) {
    InputStream all = new ByteArrayInputStream(new byte[count]);
    return new InputStream() {
      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        nanos.addAndGet(each.toNanos());
        return all.read(into, from, 1);
      }

      @Override
      public int read() {
        throw new AssertionError("a byte at a time");
      }
    };
  }

  @Test
  void whatIsLeft_isReadUpToTheBound() throws IOException {
    assertThat(unread.isRead(new ByteArrayInputStream(new byte[MAX]), MAX)).isTrue();
    assertThat(unread.isRead(new ByteArrayInputStream(new byte[MAX + 1]), MAX)).isFalse();
    assertThat(unread.isRead(InputStream.nullInputStream(), MAX)).isTrue();
  }

  @Test
  void whatIsLeft_isReadAsLongAsItComesAtTheLeastPace() throws IOException {
    assertThat(unread.isRead(slow(100, Unread.PATIENCE.dividedBy(200)), MAX)).isTrue();
    assertThat(unread.isRead(slow(100, Unread.PATIENCE.dividedBy(50)), MAX)).isFalse();
  }

  @Test
  void whatIsLeft_isNotReadForeverThoughItKeepsThePace() throws IOException {
    Duration each = Duration.ofSeconds(1).dividedBy(Pace.BYTES_PER_SECOND_MIN);
    int bytes = (int) (Unread.TIME_MAX.toSeconds() * Pace.BYTES_PER_SECOND_MIN);
    assertThat(unread.isRead(slow(bytes - 10_000, each), MAX)).isTrue();
    assertThat(unread.isRead(slow(bytes + 10_000, each), MAX)).isFalse();
  }
}
