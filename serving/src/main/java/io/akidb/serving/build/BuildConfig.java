package io.akidb.serving.build;

import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The build command, and what it has to know of the bucket.
 *
 * @param command program and arguments; empty when somebody else takes builds
 * @param logFolder where its output goes
 * @param environment where the bucket is, as the job's variables say it; has secrets
 */
public record BuildConfig(List<String> command, Path logFolder, Map<String, String> environment) {
  /** Copies. */
  public BuildConfig {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  @Override
  public String toString() {
    return "BuildConfig" + command;
  }

  /** Reads the settings; the command is split at white space. */
  public static BuildConfig of(Settings settings, Path folder) {
    return new BuildConfig(
        settings
            .text(Setting.BUILD_COMMAND)
            .map(text -> Arrays.asList(text.trim().split("\\s+")))
            .orElse(List.of()),
        settings.text(Setting.BUILD_LOG_DIR).map(Path::of).orElse(folder),
        bucket(settings));
  }

  /**
   * Makes an environment that was inherited from the node the job's: with the bucket, and without
   * the node's other settings, of which some are secrets that are no business of a build.
   */
  void applyTo(Map<String, String> inherited) {
    for (Setting setting : Setting.values()) {
      inherited.remove(setting.variable());
    }
    inherited.putAll(environment);
  }

  /** The node's bucket may have been named on its command line, which the job does not see. */
  private static Map<String, String> bucket(Settings settings) {
    Map<String, String> environment = new HashMap<>();
    for (Setting setting :
        List.of(
            Setting.BUCKET,
            Setting.ENDPOINT,
            Setting.REGION,
            Setting.ACCESS_KEY,
            Setting.SECRET_KEY)) {
      settings.text(setting).ifPresent(value -> environment.put(setting.variable(), value));
    }
    return environment;
  }
}
