package io.akidb.objectstore;

import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a key may look like, so that it names the same object in a bucket and in a local directory.
 */
public final class ObjectKeys {
  /**
   * Longest key, in characters (all of them ASCII); leaves room for a bucket prefix under S3's
   * 1,024.
   */
  public static final int KEY_LENGTH_MAX = 700;

  /** The most entries of a page of a listing. */
  public static final int LIST_LIMIT_MAX = 1000;

  // The first character of a part is no dot: ".", ".." and hidden files (the local store's own)
  // cannot be named.
  private static final String PART = "[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,199}";
  private static final Pattern KEY = Pattern.compile(PART + "(/" + PART + ")*");
  private static final Pattern PREFIX = Pattern.compile("(" + PART + "/)*(" + PART + ")?");

  private ObjectKeys() {}

  /**
   * Answers the key if it is one to 700 characters of parts joined by single slashes, each of 1 to
   * 200 characters out of {@code A-Z a-z 0-9 . _ = -} and not starting with a dot.
   *
   * @throws InvalidRequestException otherwise
   */
  public static String requireValid(String key) {
    if (!isValid(key)) {
      throw new InvalidRequestException(
          "not a valid object key: '"
              + abbreviate(key)
              + "' (1 to 700 characters: parts of A-Z a-z 0-9 . _ = - that do not start with a dot,"
              + " with a slash between them)",
          null);
    }
    return key;
  }

  /**
   * Answers the prefix if it is empty or could be the beginning of a valid key.
   *
   * @throws InvalidRequestException otherwise
   */
  public static String requireValidPrefix(String prefix) {
    if (prefix.length() > KEY_LENGTH_MAX || !PREFIX.matcher(prefix).matches()) {
      throw new InvalidRequestException(
          "not a valid key prefix: '" + abbreviate(prefix) + "'", null);
    }
    return prefix;
  }

  /**
   * Answers the prefix if it is empty or a folder's, ending at a slash.
   *
   * @throws InvalidRequestException otherwise
   */
  public static String requireValidFolderPrefix(String prefix) {
    if (!prefix.isEmpty() && !prefix.endsWith("/")) {
      throw new InvalidRequestException(
          "a folder's prefix ends with a slash: '" + abbreviate(prefix) + "'", null);
    }
    return requireValidPrefix(prefix);
  }

  static int requireValidLimit(int limit) {
    if (limit < 1 || limit > LIST_LIMIT_MAX) {
      throw new InvalidRequestException("a page has 1 to " + LIST_LIMIT_MAX + " entries", null);
    }
    return limit;
  }

  static boolean isValid(String key) {
    return key.length() <= KEY_LENGTH_MAX && KEY.matcher(key).matches();
  }

  /** An empty set of folder names, in the order of the keys in those folders. */
  static NavigableSet<String> folderNames() {
    return new TreeSet<>(Comparator.comparing(name -> name + "/"));
  }

  /**
   * A page of folder names.
   *
   * @param names from {@link #folderNames}
   */
  static FolderPage pageOf(NavigableSet<String> names, @Nullable String startAfter, int limit) {
    NavigableSet<String> rest = startAfter == null ? names : names.tailSet(startAfter, false);
    List<String> page = rest.stream().limit(limit).toList();
    return new FolderPage(page, rest.size() > limit ? page.get(limit - 1) : null);
  }

  private static String abbreviate(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
