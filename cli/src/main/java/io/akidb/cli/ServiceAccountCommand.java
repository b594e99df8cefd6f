package io.akidb.cli;

import io.akidb.cli.AkidbCli.Surroundings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code akidb service-account}. */
@Command(
    name = "service-account",
    mixinStandardHelpOptions = true,
    description = "Programs with an identity of their own.",
    footer =
        "%nExample: akidb service-account create nightly-load --role editor --collection products")
final class ServiceAccountCommand {
  private final Members members;

  ServiceAccountCommand(Surroundings surroundings) {
    this.members = new Members(surroundings, "service_account", "name");
  }

  @Command(
      description = "Creates a service account and shows its first API key, once.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "NAME", description = "Lower-case letters, digits, - and _.")
          String name,
      @Mixin GrantOptions grants) {
    return members.create(server, platform, name, grants);
  }

  @Command(description = "Lists them.", mixinStandardHelpOptions = true)
  int list(@Mixin ServerOptions server, @Mixin PlatformOptions platform, @Mixin PageOptions page) {
    return members.list(server, platform, page);
  }

  @Command(
      aliases = "show",
      description = "Shows a service account.",
      mixinStandardHelpOptions = true)
  int get(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "ID") String id) {
    return members.get(server, platform, id);
  }

  @Command(
      description =
          "Deletes a service account; its keys work no longer, on every node within a second.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "ID") String id) {
    return members.delete(server, platform, id);
  }
}
