package io.akidb.serving.rest;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What is left of a body when its call is answered. Where it is little it is read and thrown away:
 * a connection that is closed while its caller still sends is reset, and the answer may be lost on
 * the way. Else the answer says that the connection ends, so that nobody sends the next call into
 * it. Thread-safe.
 */
final class Unread {
  /** How far what is left may be behind the least pace: nothing is owed to a call that is over. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long it is read, at whatever pace: the answer takes memory until then. */
  static final Duration TIME_MAX = Duration.ofSeconds(20);

  private static final int BUFFER_BYTES = 16 << 10;
  // So that a body that is a little too large is answered and no more.
  private static final int TIMES_BODY = 2;
  private static final String KNOWN_ATTRIBUTE = "akidb.known-caller";
  private static final String NONE_ATTRIBUTE = "akidb.nothing-unread";

  private final HttpConfig config;
  private final LongSupplier nanoTime;

  /**
   * By the bounds of bodies.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  Unread(HttpConfig config, LongSupplier nanoTime) {
    this.config = config;
    this.nanoTime = nanoTime;
  }

  /** Has more thrown away for a caller who is known and let in than for a stranger. */
  void of(Context http, Call call) {
    if (call.isOfKnownCaller()) {
      http.attribute(KNOWN_ATTRIBUTE, true);
    }
  }

  /** Says that a call's body was read to its end. */
  static void none(Context http) {
    http.attribute(NONE_ATTRIBUTE, true);
  }

  /**
   * Reads what is left of a call's body, before it is answered; where that is too much, or comes
   * too slowly, the answer will end the connection.
   */
  void drain(Context http) {
    boolean isKnown = http.attribute(KNOWN_ATTRIBUTE) != null;
    long max =
        (long) TIMES_BODY * (isKnown ? config.writeBodyBytesMax() : config.otherBodyBytesMax());
    if (!isDrained(http, max)) {
      http.header("Connection", "close");
    }
  }

  private boolean isDrained(Context http, long max) {
    long announced = http.req().getContentLengthLong();
    if (http.attribute(NONE_ATTRIBUTE) != null
        || announced == 0
        || (announced < 0 && http.header("Transfer-Encoding") == null)) {
      return true;
    }
    // To read from one who asks first whether to send would be to tell it to.
    if (announced > max || http.header("Expect") != null) {
      return false;
    }
    try {
      return isRead(http.req().getInputStream(), max);
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether it ends within so many bytes, and in time, and comes at the least pace until then. */
  boolean isRead(InputStream in, long max) throws IOException {
    Pace pace = new Pace(PATIENCE, nanoTime);
    long began = nanoTime.getAsLong();
    byte[] thrownAway = new byte[BUFFER_BYTES];
    long count = 0;
    for (int length = in.read(thrownAway); length >= 0; length = in.read(thrownAway)) {
      count += length;
      boolean late = nanoTime.getAsLong() - began > TIME_MAX.toNanos();
      if (late || count > max || !pace.isKeptWith(length)) {
        return false;
      }
    }
    return true;
  }
}
