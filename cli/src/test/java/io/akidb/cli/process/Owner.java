package io.akidb.cli.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A small program that owns a child; {@link ChildTest} ends it. */
final class Owner {
  private Owner() {}

  /** Takes the log's name; prints the child's process id, and waits for its end. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) {
    try (Child child =
        Child.start(
            List.of("sh", "-c", "echo up; exec sleep 600"),
            Map.of(),
            Path.of(arguments[0]),
            line -> {})) {
      System.out.println(child.pid());
      System.out.flush();
      child.await();
    }
  }
}
