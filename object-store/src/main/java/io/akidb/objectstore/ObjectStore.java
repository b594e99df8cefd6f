package io.akidb.objectstore;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One bucket: immutable bytes under keys, and entity tags to replace one safely.
 *
 * <p>Keys are relative to the bucket (and prefix) that the store was opened on and must satisfy
 * {@link ObjectKeys#requireValid}. Every method is safe for use by many threads at once, blocks,
 * and is bounded in time by the store's time-outs and retries.
 *
 * <p><b>Consistency.</b> A write that returned is seen by every later read and listing, from this
 * process or another. An object is replaced whole: a reader sees the old bytes or the new ones,
 * never a mixture, and never an object that is partly written, whatever crashed.
 *
 * <p><b>Failure.</b> All errors are {@link ObjectStoreException}s. {@link OutcomeUnknownException}
 * means that the write may or may not have happened, now or a little later: the caller has to look.
 * Any other exception of a write means that it did not happen and will not.
 */
public interface ObjectStore extends AutoCloseable {

  /**
   * Writes an object, replacing what is there. Last writer wins; use it only for keys that one
   * writer owns or whose content follows from the key.
   */
  ObjectMetadata put(String key, byte[] content);

  /**
   * Uploads a file, replacing what is there. Atomic like {@link #put}: an upload that fails midway
   * leaves what was there before. The file must not change meanwhile.
   */
  ObjectMetadata putFile(String key, Path file);

  /**
   * Writes an object only where none is. Of many racing callers exactly one succeeds.
   *
   * @throws PreconditionFailedException if the key already holds an object
   */
  ObjectMetadata putIfAbsent(String key, byte[] content);

  /**
   * Replaces an object only if its entity tag is still {@code expectedEtag}. Of many racing callers
   * with one tag exactly one succeeds.
   *
   * @throws PreconditionFailedException if the object has another entity tag, or is missing
   */
  ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content);

  /** Size, entity tag and time of an object, or empty if there is none. */
  Optional<ObjectMetadata> head(String key);

  /**
   * Reads a whole object.
   *
   * @param maxBytes the most that the caller is ready to hold
   * @throws ObjectNotFoundException if there is none
   * @throws ObjectTooLargeException if it is larger than {@code maxBytes}; nothing was allocated
   *     for it
   */
  ObjectContent get(String key, int maxBytes);

  /**
   * Reads a whole object unless its entity tag is {@code knownEtag}, in which case it answers null
   * at the cost of one small request.
   *
   * @throws ObjectNotFoundException if there is none
   * @throws ObjectTooLargeException if it is larger than {@code maxBytes}
   */
  @Nullable ObjectContent getIfChanged(String key, String knownEtag, int maxBytes);

  /**
   * Reads {@code length} bytes from {@code offset} on.
   *
   * @throws ObjectNotFoundException if there is none
   * @throws InvalidRequestException if the range does not lie within the object
   */
  byte[] getRange(String key, long offset, int length);

  /**
   * Opens an object for sequential reading, with a read-ahead that does not grow with the object.
   * The stream sees one version of the object and must be closed. Reading may throw {@link
   * ObjectStoreException}.
   *
   * @throws ObjectNotFoundException if there is none
   */
  InputStream open(String key);

  /**
   * Downloads an object into a file, replacing it. If it fails the target is as it was before.
   *
   * @throws ObjectNotFoundException if there is none
   */
  ObjectMetadata getToFile(String key, Path target);

  /**
   * Objects whose key starts with {@code prefix}, in ascending order of the keys' UTF-8 bytes.
   *
   * @param prefix may be empty; it need not end at a slash
   * @param startAfter only keys greater than this, or null for all
   * @param limit at most this many, 1 to 1,000
   */
  ListPage list(String prefix, @Nullable String startAfter, int limit);

  /**
   * Names of the "folders" directly below {@code prefix}: each distinct part between the prefix and
   * the next slash, in the order of the keys below them, that is of the names with their slash
   * ({@code a-b} before {@code a}). Costs one request a page, however much lies below a folder;
   * objects directly below the prefix are passed over, a page at a time.
   *
   * @param prefix empty, or ends with a slash
   * @param startAfter only names after this one in that order, or null for all
   * @param limit at most this many, 1 to 1,000
   */
  FolderPage listFolders(String prefix, @Nullable String startAfter, int limit);

  /** Deletes an object. A missing one is no error. */
  void delete(String key);

  /** Where this is, for messages to people; without credentials. */
  String location();

  /** Releases connections and threads. Calls after it fail. */
  @Override
  void close();
}
