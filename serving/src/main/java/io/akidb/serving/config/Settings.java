package io.akidb.serving.config;

import io.akidb.serving.problem.NearestName;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings of one node, each from the strongest source that names it. Immutable. */
public final class Settings {
  // Variables that are others' business: the launcher's, the command line's, the tests' and
  // MinIO's.
  private static final Set<String> OTHERS =
      Set.of(
          "AKIDB_API_KEY",
          "AKIDB_CONFIG",
          "AKIDB_DATA",
          "AKIDB_HOME",
          "AKIDB_JAVA",
          "AKIDB_JAVA_HOME",
          "AKIDB_JAVA_OPTS",
          "AKIDB_NO_BUILD",
          "AKIDB_REDIS_PORT",
          "AKIDB_REDIS_SERVER",
          "AKIDB_ROOT",
          "AKIDB_SERVER",
          "AKIDB_TENANT");
  private static final List<String> OTHERS_PREFIXES =
      List.of(
          "AKIDB_TEST_",
          "AKIDB_SERVICES_",
          "AKIDB_DEMO_",
          "AKIDB_MINIO_",
          "AKIDB_KAFKA_",
          "AKIDB_SPARK_",
          "AKIDB_FLINK_");

  private final Map<Setting, String> values;

  private Settings(Map<Setting, String> values) {
    this.values = values;
  }

  /**
   * Reads all sources.
   *
   * @param arguments {@code --flag value} or {@code --flag=value}
   * @throws InvalidSettingException that names the first unknown or unreadable one
   */
  public static Settings read(List<String> arguments, Map<String, String> environment) {
    Map<Setting, String> values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      if (setting.defaultValue() != null) {
        values.put(setting, setting.defaultValue());
      }
    }
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    String file = readFlags(arguments, flags);
    if (file == null) {
      file = environment.get("AKIDB_CONFIG");
    }
    if (file != null) {
      readFile(Path.of(file), values);
    }
    readEnvironment(environment, values);
    values.putAll(flags);
    return new Settings(values);
  }

  private static @Nullable String readFlags(List<String> arguments, Map<Setting, String> into) {
    String file = null;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        throw new InvalidSettingException(
            "argument " + (i + 1) + " must be a --flag; --help lists them");
      }
      int equals = argument.indexOf('=');
      String flag = argument.substring(2, equals < 0 ? argument.length() : equals);
      String value;
      if (equals >= 0) {
        value = argument.substring(equals + 1);
      } else if (++i < arguments.size()) {
        value = arguments.get(i);
      } else {
        throw new InvalidSettingException("--" + flag + " needs a value");
      }
      if (flag.equals("config")) {
        file = value;
        continue;
      }
      Setting setting = known(flag, "--");
      if (setting.isSecret()) {
        throw new InvalidSettingException(
            "--" + flag + " would show in the list of processes; set " + setting.variable());
      }
      into.put(setting, value);
    }
    return file;
  }

  private static Setting known(String flag, String prefix) {
    return Setting.ofFlag(flag)
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    "unknown setting " + prefix + flag + NearestName.hint(flag, Setting.flags())));
  }

  private static void readFile(Path file, Map<Setting, String> into) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidSettingException("the configuration file " + file + " cannot be read");
    }
    for (String name : new java.util.TreeSet<>(properties.stringPropertyNames())) {
      into.put(known(name, "in " + file + ": "), properties.getProperty(name).trim());
    }
  }

  private static void readEnvironment(Map<String, String> environment, Map<Setting, String> into) {
    List<String> names = new ArrayList<>(environment.keySet());
    names.sort(null);
    for (String name : names) {
      if (!name.startsWith("AKIDB_")
          || OTHERS.contains(name)
          || OTHERS_PREFIXES.stream().anyMatch(name::startsWith)) {
        continue;
      }
      Setting setting =
          Setting.ofVariable(name)
              .orElseThrow(
                  () ->
                      new InvalidSettingException(
                          "unknown environment variable "
                              + name
                              + NearestName.hint(name, Setting.variables())
                              + " Unset it, or correct its name."));
      into.put(setting, environment.getOrDefault(name, ""));
    }
  }

  /** The text, if it is set and not empty. */
  public Optional<String> text(Setting setting) {
    return Optional.ofNullable(values.get(setting)).filter(value -> !value.isEmpty());
  }

  /**
   * Yes or no.
   *
   * @throws InvalidSettingException if it is neither {@code true} nor {@code false}
   */
  public boolean flag(Setting setting) {
    String text = text(setting).orElse("").toLowerCase(Locale.ROOT);
    return switch (text) {
      case "true", "1", "yes", "on" -> true;
      case "false", "0", "no", "off" -> false;
      default -> throw new InvalidSettingException(setting.flag() + " must be true or false");
    };
  }

  /**
   * A whole number.
   *
   * @throws InvalidSettingException if it is none, or out of bounds
   */
  public long number(Setting setting, long min, long max) {
    String text = text(setting).orElse("");
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // the same message
    }
    throw new InvalidSettingException(
        setting.flag() + " must be a whole number from " + min + " to " + max);
  }
}
