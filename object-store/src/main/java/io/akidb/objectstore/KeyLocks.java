package io.akidb.objectstore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets the writers of one key take turns, in this process by a lock in memory and between processes
 * by a file lock (that the system frees when a process dies). Keys share a fixed number of locks.
 */
final class KeyLocks {
  private static final int STRIPES = 64;

  // A JVM may lock a file once only, however many stores it has open on one directory: so these are
  // shared by path.
  private static final Map<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

  private final Path folder;

  KeyLocks(Path folder) {
    this.folder = folder;
  }

  interface Action<T> {
    T run() throws IOException;
  }

  <T> T withLock(String key, Action<T> action) throws IOException {
    Path file = folder.resolve(Integer.toString(Math.floorMod(key.hashCode(), STRIPES)));
    ReentrantLock inProcess = IN_PROCESS.computeIfAbsent(file, path -> new ReentrantLock());
    inProcess.lock();
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock betweenProcesses = channel.lock()) {
      if (!betweenProcesses.isValid()) {
        throw new IOException("the lock file was closed");
      }
      return action.run();
    } finally {
      inProcess.unlock();
    }
  }
}
