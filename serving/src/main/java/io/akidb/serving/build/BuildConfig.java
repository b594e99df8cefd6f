package io.akidb.serving.build;

import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The build command.
 *
 * @param command program and arguments; empty when somebody else takes builds
 * @param logFolder where its output goes
 */
public record BuildConfig(List<String> command, Path logFolder) {
  /** Copies. */
  public BuildConfig {
    command = List.copyOf(command);
  }

  /** Reads the settings; the command is split at white space. */
  public static BuildConfig of(Settings settings, Path folder) {
    return new BuildConfig(
        settings
            .text(Setting.BUILD_COMMAND)
            .map(text -> Arrays.asList(text.trim().split("\\s+")))
            .orElse(List.of()),
        settings.text(Setting.BUILD_LOG_DIR).map(Path::of).orElse(folder));
  }
}
