package io.akidb.objectstore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets the writers of one key take turns, in this process by a lock in memory and between processes
 * by a file lock (that the system frees when a process dies). Keys share a fixed number of locks.
 */
final class KeyLocks {
  private static final int STRIPES = 64;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  // A JVM may lock a file once only, however many stores it has open on one directory: so these are
  // shared by path.
  private static final Map<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

  private final Path folder;
  private final Duration patience;

  /**
   * Creates locks.
   *
   * @param folder holds the lock files
   * @param patience how long a writer waits for another one's turn to end, at most
   */
  KeyLocks(Path folder, Duration patience) {
    this.folder = folder;
    this.patience = patience;
  }

  interface Action<T> {
    T run() throws IOException;
  }

  /**
   * Runs an action while no other writer runs one for the key.
   *
   * @throws IOException if another writer did not end its turn in time, or what the action throws
   */
  <T> T withLock(String key, Action<T> action) throws IOException {
    Path file = folder.resolve(Integer.toString(Math.floorMod(key.hashCode(), STRIPES)));
    ReentrantLock inProcess = IN_PROCESS.computeIfAbsent(file, path -> new ReentrantLock());
    long end = System.nanoTime() + patience.toNanos();
    await(inProcess);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      try (FileLock held = lock(channel, end)) {
        if (!held.isValid()) {
          throw new IOException("the lock file was closed");
        }
        return action.run();
      }
    } finally {
      inProcess.unlock();
    }
  }

  private static FileLock lock(FileChannel channel, long end) throws IOException {
    while (true) {
      FileLock lock = tryLock(channel);
      if (lock != null) {
        return lock;
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException("another process holds the key's lock for too long");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void await(ReentrantLock lock) throws IOException {
    try {
      if (!lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IOException("another writer of this process is stuck");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for another writer", e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // This class once more in this JVM, under another class loader, as in an engine's user jars.
      return null;
    }
  }
}
