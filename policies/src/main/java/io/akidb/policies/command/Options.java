package io.akidb.policies.command;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The arguments of a command, as {@code --name value} and {@code --flag}. Immutable. */
final class Options {
  private final Map<String, String> values = new HashMap<>();

  /**
   * Reads arguments.
   *
   * @param named those with a value
   * @param flags those without
   * @throws UsageException naming the argument that is unknown, given twice or lacks its value
   */
  Options(List<String> arguments, Set<String> named, Set<String> flags) {
    for (int i = 0; i < arguments.size(); i++) {
      String name = arguments.get(i);
      String value = "";
      if (named.contains(name)) {
        if (++i == arguments.size()) {
          throw new UsageException(name + " needs a value");
        }
        value = arguments.get(i);
      } else if (!flags.contains(name)) {
        throw new UsageException("'" + name + "' is no option of this command");
      }
      if (values.put(name, value) != null) {
        throw new UsageException(name + " is given twice");
      }
    }
  }

  boolean has(String flag) {
    return values.containsKey(flag);
  }

  @Nullable String get(String name) {
    return values.get(name);
  }
}
