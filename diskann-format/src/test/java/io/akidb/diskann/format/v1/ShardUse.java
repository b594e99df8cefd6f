package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeIndex;
import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.ShardFormatException;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** Everything that can be asked of a shard, asked. */
final class ShardUse {
  /** Far more than any answer here needs, far less than a length that was believed would take. */
  private static final long ALLOCATED_BYTES_MAX = 64L << 20;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private ShardUse() {}

  /**
   * Opens and uses a file that may be damaged.
   *
   * @return the errors that were answered, one for each question that had one
   * @throws AssertionError if anything but an answer or a {@link ShardFormatException} comes out
   */
  static List<ShardFormatException> of(String type, Path file, String where) {
    return of(type, file, where, ALLOCATED_BYTES_MAX);
  }

  /** As the other, with another bound of what may be allocated. */
  static List<ShardFormatException> of(
      String type, Path file, String where, long allocatedBytesMax) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    List<ShardFormatException> errors = new ArrayList<>();
    try (VectorIndex index = TestProviders.of(ShardModel.provider(type)).open(file)) {
      ask(errors, where, index::verify);
      search(index, errors, where);
      int step = Math.max(1, index.size() / 64);
      for (long node = 0; node < index.size(); node += step) {
        int at = (int) node;
        ask(errors, where, () -> index.nodeId(index.vectorId(at)));
        ask(errors, where, () -> index.order(at));
        ask(errors, where, () -> index.payload(at));
        ask(errors, where, () -> index.vector(at, new float[index.schema().dimension()]));
      }
      ask(errors, where, () -> index.nodeId("nobody"));
      for (Map.Entry<String, AttributeType> attribute : index.schema().attributes().entrySet()) {
        filter(index, attribute.getKey(), errors, where);
      }
    } catch (ShardFormatException e) {
      errors.add(e);
    } catch (RuntimeException | Error e) {
      throw new AssertionError("not a typed error, " + where, e);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > allocatedBytesMax) {
      throw new AssertionError(allocated + " bytes were allocated, " + where);
    }
    return errors;
  }

  private static void search(VectorIndex index, List<ShardFormatException> errors, String where) {
    float[] query = new float[index.schema().dimension()];
    query[0] = 1;
    NodeFilter odd = node -> node % 2 == 1;
    for (SearchParameters parameters :
        List.of(
            new SearchParameters(10, 100, 4, 0, Float.NaN),
            new SearchParameters(2, 2, 4, 0, Float.NaN),
            new SearchParameters(2, 2, 4, 4, 1f))) {
      ask(errors, where, () -> requireResult(index, index.search(query, parameters, null)));
      ask(errors, where, () -> requireResult(index, index.search(query, parameters, odd)));
    }
  }

  private static void filter(
      VectorIndex index, String name, List<ShardFormatException> errors, String where) {
    AttributeIndex attributes = index.attributes();
    AttributeValue text = new AttributeValue.Text("ab");
    AttributeValue number = new AttributeValue.Int64(1);
    ask(errors, where, () -> requireNodes(index, attributes.equal(name, text)));
    ask(errors, where, () -> requireNodes(index, attributes.equal(name, number)));
    ask(errors, where, () -> requireNodes(index, attributes.range(name, text, true, null, true)));
    ask(errors, where, () -> requireNodes(index, attributes.range(name, null, true, number, true)));
    ask(errors, where, () -> requireNodes(index, attributes.prefix(name, "a")));
    ask(errors, where, () -> requireNodes(index, attributes.exists(name)));
  }

  private static void requireNodes(VectorIndex index, RoaringBitmap nodes) {
    if (!nodes.isEmpty() && (nodes.last() < 0 || nodes.last() >= index.size())) {
      throw new AssertionError("node " + nodes.last() + " of " + index.size());
    }
    float[] query = new float[index.schema().dimension()];
    query[0] = 1;
    SearchParameters parameters = SearchParameters.defaults(5);
    requireResult(index, index.search(query, parameters, NodeFilter.of(nodes)));
  }

  private static void requireResult(VectorIndex index, SearchResult result) {
    for (int node : result.nodeIds()) {
      if (node < 0 || node >= index.size()) {
        throw new AssertionError("node " + node + " of " + index.size());
      }
    }
  }

  private static void ask(List<ShardFormatException> errors, String where, Runnable question) {
    @Nullable Throwable other = null;
    try {
      question.run();
    } catch (ShardFormatException e) {
      errors.add(e);
    } catch (RuntimeException | Error e) {
      other = e;
    }
    if (other != null) {
      throw new AssertionError("not a typed error, " + where, other);
    }
  }
}
