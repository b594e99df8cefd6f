package io.akidb.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No room but this one forms a key below the tenants' prefix: looked for in all sources. */
class KeysAreFormedHereTest {
  // Where the bucket's root folder is named, a key is being formed.
  private static final Pattern ROOT = Pattern.compile("\"akidb/");
  // To walk the tenants is not to form a key.
  private static final Pattern TENANTS =
      Pattern.compile("(?<!listFolders\\()TenantNamespace\\.TENANTS_PREFIX");
  // A part put behind a namespace's prefix by hand has passed no check.
  private static final Pattern APPENDED =
      Pattern.compile("(?:amespace\\(\\)|amespace)\\.[a-zA-Z]*[pP]refix\\([^()]*\\)\\s*\\+");

  // A policy for the bucket's own service names whole prefixes ("...*"), which is no key.
  private static final String POLICIES_OF_THE_STORE =
      "/policies/src/main/java/io/akidb/policies/storage/";

  private static List<Path> sources() throws IOException {
    Path root = Path.of(System.getenv("AKIDB_ROOT"));
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> rooms = Files.list(root)) {
      for (Path room : rooms.filter(path -> !path.endsWith("tenancy")).toList()) {
        Path main = room.resolve("src/main/java");
        if (Files.isDirectory(main)) {
          try (Stream<Path> files = Files.walk(main)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }

  private static List<String> found(String source) {
    List<String> found = new ArrayList<>();
    for (Pattern forbidden : List.of(ROOT, TENANTS, APPENDED)) {
      Matcher matcher = forbidden.matcher(source);
      while (matcher.find()) {
        found.add(matcher.group());
      }
    }
    return found;
  }

  @Test
  void sourcesOfTheOtherRooms_formNoTenantsKey() throws IOException {
    List<Path> sources = sources();
    assertThat(sources).hasSizeGreaterThan(200);
    List<String> keys = new ArrayList<>();
    for (Path source : sources) {
      if (!source.toString().contains(POLICIES_OF_THE_STORE)) {
        found(Files.readString(source)).forEach(what -> keys.add(source + ": " + what));
      }
    }
    assertThat(keys).isEmpty();
  }

  @Test
  void search_ofWhatFormsKeys_findsThem() {
    assertThat(
            List.of(
                "store.get(\"akidb/tenants/\" + id)",
                "String key = TenantNamespace.TENANTS_PREFIX + id;",
                "store.put(context.namespace().collectionPrefix(name) + \"x\", bytes)",
                "store.put(namespace.prefix()\n    + part, bytes)"))
        .allSatisfy(source -> assertThat(found(source)).isNotEmpty());
    assertThat(found("store.listFolders(TenantNamespace.TENANTS_PREFIX, after, 9)")).isEmpty();
    assertThat(found("store.get(context.namespace().headKey(name), 9)")).isEmpty();
  }
}
