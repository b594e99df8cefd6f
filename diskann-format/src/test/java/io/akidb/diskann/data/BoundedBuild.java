package io.akidb.diskann.data;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** A process of its own that builds a shard of random vectors, and says what it took of memory. */
public final class BoundedBuild {
  /** What a JVM's heap holds of its own. */
  public static final long JVM_HEAP_BYTES = 5 << 20;

  /** What a JVM takes beside the build: its code, its classes, its compilers, its heap's own. */
  public static final long JVM_BYTES = 100 << 20;

  private final AtomicLong heapMax = new AtomicLong();
  private final AtomicLong buffersMax = new AtomicLong();
  private final AtomicLong anonymousMax = new AtomicLong();

  private BoundedBuild() {}

  /**
   * The most that was taken at once.
   *
   * @param heap bytes in use after a collection
   * @param buffers bytes of buffers beside the heap
   * @param anonymous bytes of the process that no file backs; 0 where it cannot be told
   */
  public record Peak(long heap, long buffers, long anonymous) {
    /** Reads what {@link #main} prints. */
    public static Peak parse(String line) {
      long[] numbers = Stream.of(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
      return new Peak(numbers[0], numbers[1], numbers[2]);
    }
  }

  /** Builds: output file, budget in bytes, vectors, dimension. */
  public static void main(String[] args) throws IOException {
    BoundedBuild build = new BoundedBuild();
    build.listen();
    build.run(
        Path.of(args[0]),
        Long.parseLong(args[1]),
        Integer.parseInt(args[2]),
        Integer.parseInt(args[3]));
    build.sample();
    System.out.println(
        Stream.of(build.heapMax, build.buffersMax, build.anonymousMax)
            .map(AtomicLong::toString)
            .collect(Collectors.joining(" ")));
  }

  private void listen() {
    ManagementFactory.getGarbageCollectorMXBeans()
        .forEach(
            collector ->
                ((NotificationEmitter) collector)
                    .addNotificationListener(
                        (notification, handback) ->
                            take(
                                GarbageCollectionNotificationInfo.from(
                                    (CompositeData) notification.getUserData())),
                        null,
                        null));
  }

  private void take(GarbageCollectionNotificationInfo collection) {
    Map<String, Boolean> isHeap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .collect(
                Collectors.toMap(
                    pool -> pool.getName(), pool -> pool.getType() == MemoryType.HEAP));
    long used =
        collection.getGcInfo().getMemoryUsageAfterGc().entrySet().stream()
            .filter(pool -> isHeap.getOrDefault(pool.getKey(), false))
            .mapToLong(pool -> pool.getValue().getUsed())
            .sum();
    heapMax.accumulateAndGet(used, Math::max);
  }

  private void run(Path output, long budget, int vectors, int dimension) throws IOException {
    IndexSchema schema =
        new IndexSchema(
            dimension,
            DistanceMetric.COSINE,
            new TreeMap<>(Map.of("title", AttributeType.STRING, "price", AttributeType.DOUBLE)));
    BuildParameters parameters = new BuildParameters(8, 8, 1.2f, 0, 42, 2, budget);
    Path folder = output.toAbsolutePath().getParent();
    Random random = new Random(42);
    try (IndexBuilder builder =
        IndexProvider.of("diskann").builder(schema, parameters, null, folder)) {
      for (int i = 0; i < vectors; i++) {
        float[] vector = new float[dimension];
        for (int d = 0; d < dimension; d++) {
          vector[d] = (float) random.nextGaussian();
        }
        builder.add(
            new IndexRecord(
                "id-" + i,
                i,
                vector,
                ("payload of " + i).getBytes(StandardCharsets.UTF_8),
                Map.of(
                    "title", new AttributeValue.Text("the title of number " + i),
                    "price", new AttributeValue.Float64(i))));
      }
      builder.build(output, (phase, done, total) -> sample());
    }
  }

  private void sample() {
    long buffers =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    buffersMax.accumulateAndGet(buffers, Math::max);
    anonymousMax.accumulateAndGet(anonymousBytes(), Math::max);
  }

  private static long anonymousBytes() {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("RssAnon:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findAny()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
