package io.akidb.objectstore;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One bucket: immutable bytes under keys, and entity tags to replace one safely.
 *
 * <p>Keys are relative to the bucket (and prefix) that the store was opened on and must satisfy
 * {@link ObjectKeys#requireValid}, or the call fails with {@link InvalidRequestException}. No key
 * may also be a folder of others ({@code a} beside {@code a/b}): a local directory cannot hold both
 * and refuses the later one. Every method is safe for use by many threads at once, blocks, and is
 * bounded in time by the store's time-outs and retries.
 *
 * <p><b>Consistency.</b> A write that returned is seen by every later read and listing, from this
 * process or another. An object is replaced whole: a reader sees the old bytes or the new ones,
 * never a mixture, and never an object that is partly written, whatever crashed.
 *
 * <p><b>Failure.</b> All errors are {@link ObjectStoreException}s. {@link OutcomeUnknownException}
 * means that the write may or may not have happened, now or a little later: the caller has to look.
 * Any other exception of a write means that it did not happen and will not. {@link
 * StoreUnavailableException} comes only after the store's own retries; {@link
 * StoreAccessDeniedException} may come from any method. A thread that is interrupted in a call gets
 * one of these, and stays interrupted.
 */
public interface ObjectStore extends AutoCloseable {

  /**
   * Writes an object, replacing what is there. Last writer wins; use it only for keys that one
   * writer owns or whose content follows from the key.
   *
   * <p>Atomic: readers see what was there before or all of the new bytes. On return the object is
   * durable and every later read sees it. The array is not kept.
   *
   * @return size, entity tag, and as time the moment of the store's answer, which a later {@link
   *     #head} may tell a little earlier
   * @throws OutcomeUnknownException if the answer was lost; writing the same again is harmless
   */
  ObjectMetadata put(String key, byte[] content);

  /**
   * Uploads a file, replacing what is there, with a memory use that does not grow with it. Atomic,
   * durable and visible like {@link #put}: an upload that fails midway leaves what was there
   * before. What it leaves behind besides is no object, and the store clears it away in its time.
   * The file must not change meanwhile.
   *
   * @throws InvalidRequestException if the file cannot be read
   * @throws OutcomeUnknownException if the last answer was lost
   */
  ObjectMetadata putFile(String key, Path file);

  /**
   * Writes an object only where none is. Of many racing callers exactly one succeeds; atomic,
   * durable and visible like {@link #put}. A lost answer is looked up by the store first: even then
   * success means that this call, and not another with equal bytes, wrote the object.
   *
   * @throws PreconditionFailedException if the key already holds an object; this call wrote nothing
   * @throws OutcomeUnknownException if the answer was lost, and looking did not settle it
   */
  ObjectMetadata putIfAbsent(String key, byte[] content);

  /**
   * Replaces an object only if its entity tag is still {@code expectedEtag}. Of many racing callers
   * with one tag exactly one succeeds, provided that what they write differs from what is there: an
   * S3 service's tag follows from the content. Atomic, durable and visible like {@link #put}; lost
   * answers are looked up as in {@link #putIfAbsent}.
   *
   * @throws PreconditionFailedException if the object has another entity tag, or is missing; this
   *     call wrote nothing
   * @throws OutcomeUnknownException if the answer was lost, and looking did not settle it
   */
  ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content);

  /**
   * Size, entity tag and time of an object, or empty if there is none, as of a moment during the
   * call: what a write before it returned is seen.
   */
  Optional<ObjectMetadata> head(String key);

  /**
   * Reads a whole object: one version of it, the latest as of a moment during the call. A read that
   * breaks off is repeated, and never answers less than the whole.
   *
   * @param maxBytes the most that the caller is ready to hold
   * @throws ObjectNotFoundException if there is none
   * @throws ObjectTooLargeException if it is larger than {@code maxBytes}; nothing was allocated
   *     for it
   * @throws StoreUnavailableException also if a large object was replaced while it was read
   */
  ObjectContent get(String key, int maxBytes);

  /**
   * Reads a whole object unless its entity tag is {@code knownEtag}, in which case it answers null
   * at the cost of one small request. Otherwise as {@link #get}.
   *
   * @throws ObjectNotFoundException if there is none
   * @throws ObjectTooLargeException if it is larger than {@code maxBytes}
   */
  @Nullable ObjectContent getIfChanged(String key, String knownEtag, int maxBytes);

  /**
   * Reads {@code length} bytes from {@code offset} on, all of one version. Two calls may see two
   * versions of an object that is ever replaced.
   *
   * @throws ObjectNotFoundException if there is none
   * @throws InvalidRequestException if the range does not lie within the object
   */
  byte[] getRange(String key, long offset, int length);

  /**
   * Opens an object for sequential reading, with a read-ahead that does not grow with the object.
   * The stream sees one version of the object and must be closed; it is for one thread. It ends
   * early only by an exception, {@link ObjectStoreException} or {@link java.io.IOException}: also
   * when the object was replaced or deleted meanwhile, where the old version cannot be read on.
   *
   * @throws ObjectNotFoundException if there is none
   */
  InputStream open(String key);

  /**
   * Downloads an object into a file, replacing it whole at the end: if it fails, or the process
   * dies, the target is as it was before (a hidden file may stay beside it). One version of the
   * object.
   *
   * @param target in an existing folder
   * @return of exactly the version that the file holds
   * @throws ObjectNotFoundException if there is none
   * @throws StoreUnavailableException also if the file cannot be written
   */
  ObjectMetadata getToFile(String key, Path target);

  /**
   * Objects whose key starts with {@code prefix}, in ascending order of the keys' UTF-8 bytes. Sees
   * every write and delete that returned before; of those at the same time, some. Pages are
   * separate calls: an object that is there throughout is on exactly one of them. A page comes
   * whole or not at all.
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

  /**
   * Deletes an object. A missing one is no error. On return no later read or listing finds it,
   * unless somebody writes it again; a loss of power may bring one back in a local directory.
   *
   * @throws OutcomeUnknownException if the answer was lost; it may yet happen, so do not reuse the
   *     key
   */
  void delete(String key);

  /** Where this is, for messages to people; without credentials. */
  String location();

  /**
   * Releases connections and threads. Calls after it fail with {@link StoreUnavailableException};
   * calls meanwhile may fail like calls whose answer is lost. Closing twice is no error.
   */
  @Override
  void close();
}
