package io.akidb.objectstore;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which keys and folders a directory holds. Files that no key can name are passed over. */
final class LocalListing {
  private final Path root;

  LocalListing(Path root) {
    this.root = root;
  }

  /** The least {@code most} keys with the prefix, after {@code startAfter} unless null. */
  NavigableSet<String> keys(String prefix, @Nullable String startAfter, int most)
      throws IOException {
    KeyCollector collector = new KeyCollector(prefix, startAfter, most);
    Path folder = root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1));
    if (Files.isDirectory(folder)) {
      Files.walkFileTree(folder, collector);
    }
    return collector.keys;
  }

  private String key(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }

  private final class KeyCollector extends SimpleFileVisitor<Path> {
    private final String prefix;
    private final @Nullable String startAfter;
    private final int most;
    private final NavigableSet<String> keys = new TreeSet<>();

    KeyCollector(String prefix, @Nullable String startAfter, int most) {
      this.prefix = prefix;
      this.startAfter = startAfter;
      this.most = most;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (folder.equals(root)) {
        return FileVisitResult.CONTINUE;
      }
      return mayHold(key(folder) + "/") ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
    }

    /** Whether a folder, by its name with a slash, may hold keys that are asked for. */
    private boolean mayHold(String folder) {
      boolean named = folder.startsWith(prefix) || prefix.startsWith(folder);
      boolean after =
          startAfter == null || folder.compareTo(startAfter) > 0 || startAfter.startsWith(folder);
      boolean least = keys.size() < most || folder.compareTo(keys.last()) < 0;
      return named && after && least && !folder.startsWith(".");
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String key = key(file);
      if (key.startsWith(prefix)
          && (startAfter == null || key.compareTo(startAfter) > 0)
          && attributes.isRegularFile()
          && ObjectKeys.isValid(key)) {
        keys.add(key);
        if (keys.size() > most) {
          keys.pollLast();
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      return skipDeleted(e);
    }
  }

  /** The folders directly below the prefix that hold an object, however deep. */
  NavigableSet<String> folders(String prefix) throws IOException {
    NavigableSet<String> names = ObjectKeys.folderNames();
    Path folder = root.resolve(prefix);
    if (!Files.isDirectory(folder)) {
      return names;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (ObjectKeys.isValid(name) && Files.isDirectory(entry) && holdsAnything(entry)) {
          names.add(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  /** Folders stay behind when their last object goes; a bucket has none without objects. */
  private boolean holdsAnything(Path folder) throws IOException {
    ObjectFinder finder = new ObjectFinder();
    Files.walkFileTree(folder, finder);
    return finder.found;
  }

  private final class ObjectFinder extends SimpleFileVisitor<Path> {
    private boolean found;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      found = attributes.isRegularFile() && ObjectKeys.isValid(key(file));
      return found ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      return skipDeleted(e);
    }
  }

  private static FileVisitResult skipDeleted(IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE; // deleted meanwhile
    }
    throw e;
  }
}
