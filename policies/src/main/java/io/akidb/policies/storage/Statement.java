package io.akidb.policies.storage;

import java.util.List;

/**
 * One statement of a policy document.
 *
 * @param sid its name within the document: letters and digits
 * @param allows whether it allows; else it denies, whatever another one allows
 * @param actions as {@code s3:GetObject}
 * @param resources Amazon resource names, with {@code *} for anything
 * @param listPrefixes the listings' prefixes that it is limited to, with {@code *} for anything;
 *     empty for no such limit
 */
public record Statement(
    String sid,
    boolean allows,
    List<String> actions,
    List<String> resources,
    List<String> listPrefixes) {
  /**
   * Copies and checks.
   *
   * @throws IllegalArgumentException if there is no action or no resource
   */
  public Statement {
    actions = List.copyOf(actions);
    resources = List.copyOf(resources);
    listPrefixes = List.copyOf(listPrefixes);
    if (actions.isEmpty() || resources.isEmpty()) {
      throw new IllegalArgumentException("a statement names an action and a resource");
    }
  }
}
