package io.akidb.cli;

import io.akidb.cli.AkidbCli.Surroundings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code akidb user}. */
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    description = "People of a tenant, or the platform's operators.",
    footer = "%nExample: akidb user create alice@example.org --role viewer --collection-prefix eu-")
final class UserCommand {
  private final Members members;

  UserCommand(Surroundings surroundings) {
    this.members = new Members(surroundings, "user", "email");
  }

  @Command(
      description = "Creates a user and shows its first API key, once.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "EMAIL", description = "An e-mail address.") String name,
      @Mixin GrantOptions grants) {
    return members.create(server, platform, name, grants);
  }

  @Command(description = "Lists them.", mixinStandardHelpOptions = true)
  int list(@Mixin ServerOptions server, @Mixin PlatformOptions platform, @Mixin PageOptions page) {
    return members.list(server, platform, page);
  }

  @Command(aliases = "show", description = "Shows a user.", mixinStandardHelpOptions = true)
  int get(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "ID") String id) {
    return members.get(server, platform, id);
  }

  @Command(
      description = "Deletes a user; its keys work no longer, on every node within a second.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "ID") String id) {
    return members.delete(server, platform, id);
  }
}
