package io.akidb.objectstore;

import io.minio.messages.Item;
import io.minio.messages.ListBucketResultV2;
import io.minio.messages.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Listings of one S3 bucket, without state between pages.
 *
 * <p>A page that starts after a key is not asked for as such: MinIO (seen with its last releases)
 * then passes over keys, and calls the page the last one, where folders' names continue each other
 * by characters below the slash ({@code a}, {@code a-b}, {@code a.b}). It lists rightly from the
 * beginning of a prefix, and rightly one folder level at a time; so such a page is put together
 * from these: what follows in the key's folder, then in the folder above, and so on.
 */
final class S3Listing {
  private static final String SLASH = "/";
  // The next character after the slash: past everything in a folder.
  private static final String PAST_FOLDER = "0";

  private final S3Client client;
  private final Retries retries;
  private final String keyPrefix;

  S3Listing(S3Client client, Retries retries, String keyPrefix) {
    this.client = client;
    this.retries = retries;
    this.keyPrefix = keyPrefix;
  }

  /** One folder level's part: keys, and folders' keys with their slash, in order. */
  private record Level(NavigableMap<String, @Nullable ObjectMetadata> entries, boolean hasMore) {}

  ListPage list(String prefix, @Nullable String startAfter, int limit) {
    if (startAfter == null || startAfter.compareTo(prefix) < 0) {
      return page(flat(prefix, limit));
    }
    if (!startAfter.startsWith(prefix)) {
      return new ListPage(List.of(), null); // past all of them
    }
    List<ObjectMetadata> found = new ArrayList<>();
    String after = startAfter;
    while (true) {
      String folder = after.substring(0, after.lastIndexOf('/') + 1);
      boolean top = folder.length() <= prefix.length();
      if (fill(found, top ? prefix : folder, after, limit)) {
        return new ListPage(found, found.get(limit - 1).key());
      }
      if (top) {
        return new ListPage(found, null);
      }
      after = folder.substring(0, folder.length() - 1) + PAST_FOLDER;
    }
  }

  /** Adds what follows in a folder and below it; answers whether there is more than the limit. */
  private boolean fill(List<ObjectMetadata> found, String folder, String startAfter, int limit) {
    String after = startAfter;
    while (true) {
      Level level = level(folder, after, Math.min(ObjectKeys.LIST_LIMIT_MAX, limit + 1));
      for (var entry : level.entries().entrySet()) {
        ObjectMetadata object = entry.getValue();
        if (found.size() == limit) {
          return true;
        }
        if (object != null) {
          found.add(object);
          after = entry.getKey();
        } else {
          int room = limit - found.size();
          ListBucketResultV2 inside = flat(entry.getKey(), room);
          found.addAll(objects(inside));
          if (inside.isTruncated() && found.size() == limit) {
            return true;
          }
          after = pastFolder(entry.getKey());
        }
      }
      if (!level.hasMore()) {
        return false;
      }
      if (found.size() == limit) {
        return true;
      }
    }
  }

  FolderPage listFolders(String prefix, @Nullable String startAfter, int limit) {
    List<String> names = new ArrayList<>();
    String after = startAfter == null ? null : prefix + startAfter + PAST_FOLDER;
    while (true) {
      // Objects between the folders take their places on the page.
      Level level = level(prefix, after, Math.min(ObjectKeys.LIST_LIMIT_MAX, limit + 1));
      for (var entry : level.entries().entrySet()) {
        String key = entry.getKey();
        after = key;
        if (entry.getValue() == null) {
          if (names.size() == limit) {
            return new FolderPage(names, names.get(limit - 1));
          }
          names.add(key.substring(prefix.length(), key.length() - 1));
          after = pastFolder(key);
        }
      }
      if (!level.hasMore()) {
        return new FolderPage(names, null);
      }
    }
  }

  private static String pastFolder(String folder) {
    return folder.substring(0, folder.length() - 1) + PAST_FOLDER;
  }

  private ListBucketResultV2 flat(String prefix, int limit) {
    return retries.read("list " + prefix, () -> client.list(keyPrefix + prefix, null, null, limit));
  }

  private Level level(String prefix, @Nullable String startAfter, int limit) {
    ListBucketResultV2 page =
        retries.read(
            "list " + prefix,
            () ->
                client.list(
                    keyPrefix + prefix,
                    startAfter == null ? null : keyPrefix + startAfter,
                    SLASH,
                    limit));
    NavigableMap<String, @Nullable ObjectMetadata> entries = new TreeMap<>();
    objects(page).forEach(object -> entries.put(object.key(), object));
    for (Prefix folder : page.commonPrefixes()) {
      entries.put(folder.toItem().objectName().substring(keyPrefix.length()), null);
    }
    if (page.isTruncated() && entries.isEmpty()) {
      throw new StoreUnavailableException("list " + prefix + ": an empty page with more", null);
    }
    return new Level(entries, page.isTruncated());
  }

  private List<ObjectMetadata> objects(ListBucketResultV2 page) {
    List<ObjectMetadata> objects = new ArrayList<>();
    for (Item item : page.contents()) {
      String etag = item.etag();
      objects.add(
          new ObjectMetadata(
              item.objectName().substring(keyPrefix.length()),
              item.size(),
              etag == null ? "" : S3Reads.bare(etag),
              item.lastModified().toInstant()));
    }
    return objects;
  }

  private ListPage page(ListBucketResultV2 answer) {
    List<ObjectMetadata> objects = objects(answer);
    boolean more = answer.isTruncated() && !objects.isEmpty();
    return new ListPage(objects, more ? objects.get(objects.size() - 1).key() : null);
  }
}
