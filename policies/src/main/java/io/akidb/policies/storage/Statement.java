package io.akidb.policies.storage;

import java.util.List;

/**
 * One statement of a policy document.
 *
 * @param sid its name within the document: letters and digits
 * @param allows whether it allows; else it denies, whatever another one allows
 * @param actions as {@code s3:GetObject}
 * @param resources Amazon resource names, with {@code *} for anything; none where an action is of
 *     the store's administration
 * @param listPrefixes the listings' prefixes that it is limited to, with {@code *} for anything;
 *     empty for no such limit
 * @param derivedOnly whether it holds only for who shows what was derived from an account's own
 *     access key: a service account below it, or temporary credentials
 */
public record Statement(
    String sid,
    boolean allows,
    List<String> actions,
    List<String> resources,
    List<String> listPrefixes,
    boolean derivedOnly) {
  private static final String ADMINISTRATION = "admin:";

  /** One that holds whatever is shown. */
  public Statement(
      String sid,
      boolean allows,
      List<String> actions,
      List<String> resources,
      List<String> listPrefixes) {
    this(sid, allows, actions, resources, listPrefixes, false);
  }

  /**
   * Copies and checks.
   *
   * @throws IllegalArgumentException if there is no action or no resource
   */
  public Statement {
    actions = List.copyOf(actions);
    resources = List.copyOf(resources);
    listPrefixes = List.copyOf(listPrefixes);
    boolean administers = actions.stream().allMatch(action -> action.startsWith(ADMINISTRATION));
    if (actions.isEmpty() || resources.isEmpty() != administers) {
      throw new IllegalArgumentException("a statement names an action and a resource");
    }
  }
}
