package io.akidb.objectstore;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;

/**
 * A process that writes to a local bucket until it is done or killed; see {@link ProcessesTest}.
 */
final class LocalWriterProcess {
  private LocalWriterProcess() {}

  public static void main(String[] arguments) throws IOException {
    try (ObjectStore store = new LocalDirectoryStore(Path.of(arguments[0]), Clock.systemUTC())) {
      System.out.println("ready");
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      in.readLine();
      int count = Integer.parseInt(arguments[2]);
      if (arguments[1].equals("write")) {
        write(store, count);
      } else {
        increment(store, count);
      }
    }
  }

  /** Round i writes i everywhere, and then says so. */
  private static void write(ObjectStore store, int rounds) {
    for (int i = 1; i <= rounds; i++) {
      byte[] content = new byte[300_000 + i * 1000];
      Arrays.fill(content, (byte) i);
      store.put("replaced", content);
      store.putIfAbsent("new/n" + (1000 + i), content);
      System.out.println(i);
    }
  }

  private static void increment(ObjectStore store, int times) {
    for (int done = 0; done < times; ) {
      ObjectContent read = store.get("counter", 100);
      int count = Integer.parseInt(new String(read.bytes(), StandardCharsets.UTF_8));
      byte[] next = Integer.toString(count + 1).getBytes(StandardCharsets.UTF_8);
      try {
        store.compareAndSwap("counter", read.metadata().etag(), next);
        done++;
      } catch (PreconditionFailedException e) {
        // Another process was faster.
      }
    }
  }
}
