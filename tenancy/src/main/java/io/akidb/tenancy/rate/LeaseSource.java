package io.akidb.tenancy.rate;

import java.io.IOException;
import java.util.List;

/** Where nodes take tokens from that they count together. For one thread. */
interface LeaseSource extends AutoCloseable {
  /**
   * What one node asks for.
   *
   * @param bucket its name, the same on all nodes
   * @param limitPerSecond tokens that come in a second, and most at once; at least 1
   * @param tokens at most; at least 1
   */
  record Ask(String bucket, int limitPerSecond, long tokens) {}

  /**
   * What it gets.
   *
   * @param granted taken out of the bucket; 0 to what was asked for
   * @param left whole tokens that are still in it
   * @param microsToNext until one is in it; 0 if one is left
   */
  record Answer(long granted, long left, long microsToNext) {}

  /**
   * Makes sure that it can be asked.
   *
   * @throws IOException if it cannot, within a bound
   */
  void connect() throws IOException;

  /**
   * Asks for tokens, in one exchange.
   *
   * @return an answer for each, in their order
   * @throws IOException if there is none within a bound; it has to be connected anew
   */
  List<Answer> lease(List<Ask> asks) throws IOException;

  @Override
  void close();
}
