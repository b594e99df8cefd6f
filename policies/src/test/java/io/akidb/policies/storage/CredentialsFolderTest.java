package io.akidb.policies.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.BucketConfig;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves in the folder that is killed at any step, and what the next makes of it. */
class CredentialsFolderTest {
  private static final TenantId ACME = TenantId.random();
  private static final Identity INGEST =
      new DesiredIdentities(
              new BucketConfig("s3://data", URI.create("http://127.0.0.1:9"), "eu", "a", "b"))
          .of(Map.of(ACME, true)).stream()
              .filter(each -> each.label().equals(ACME + "/ingest"))
              .findFirst()
              .orElseThrow();

  @TempDir Path temporary;
  private Path tenant = Path.of("");
  private CredentialsFolder folder = new CredentialsFolder(null);

  @BeforeEach
  void name() {
    folder = new CredentialsFolder(temporary.resolve("new/credentials"));
    tenant = Objects.requireNonNull(folder.file(INGEST).getParent());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(tenant)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private void handsOut(String secret) throws IOException {
    folder.keep(INGEST, secret);
    assertThat(names()).contains(".ingest.env.new").doesNotContain(".ingest.env.new.part");
    assertThat(folder.isUnfinished(INGEST)).isTrue();
    folder.handOut(INGEST);
    assertThat(names()).containsExactly("ingest.env");
    assertThat(folder.isUnfinished(INGEST)).isFalse();
    assertThat(folder.file(INGEST)).content().contains("AKIDB_SECRET_KEY=" + secret + "\n");
    assertThat(permissions(folder.file(INGEST))).isEqualTo("rw-------");
  }

  @Test
  void folders_thatAreMissing_areMadeForTheirOwnerAlone() throws IOException {
    handsOut("first");
    assertThat(permissions(tenant)).isEqualTo("rwx------");
    assertThat(permissions(temporary.resolve("new/credentials"))).isEqualTo("rwx------");
    handsOut("second");
  }

  @Test
  void killedWhileTheFirstSecretIsWritten_isAsIfItHadNotBegun() throws IOException {
    Files.createDirectories(tenant);
    Files.writeString(tenant.resolve(".ingest.env.new.part"), "# half a li");
    assertThat(folder.isUnfinished(INGEST)).isFalse();
    handsOut("next");
  }

  @Test
  void killedOnceASecretIsKept_staysUnfinished() throws IOException {
    handsOut("old");
    folder.keep(INGEST, "kept");
    assertThat(folder.isUnfinished(INGEST)).isTrue();
    assertThat(folder.file(INGEST)).content().contains("AKIDB_SECRET_KEY=old\n");
    handsOut("next");
  }

  @Test
  void killedWhileAnotherSecretIsWritten_staysUnfinished() throws IOException {
    folder.keep(INGEST, "kept");
    Files.writeString(tenant.resolve(".ingest.env.new.part"), "");
    assertThat(folder.isUnfinished(INGEST)).isTrue();
    handsOut("next");
  }

  @Test
  void anotherSecretThatCannotBeWritten_leavesTheMarkOfTheFirst() throws IOException {
    folder.keep(INGEST, "kept");
    Path inTheWay = Files.createDirectories(tenant.resolve(".ingest.env.new.part/full"));
    assertThatThrownBy(() -> folder.keep(INGEST, "next"))
        .isInstanceOf(CredentialsNotWrittenException.class)
        .hasMessageContaining("ingest.env for its owner alone");
    assertThat(folder.isUnfinished(INGEST)).isTrue();
    assertThat(tenant.resolve(".ingest.env.new")).content().contains("AKIDB_SECRET_KEY=kept\n");
    Files.delete(inTheWay);
    handsOut("next");
  }

  @Test
  void handOut_ofNothingThatWasKept_says() throws IOException {
    handsOut("old");
    assertThatThrownBy(() -> folder.handOut(INGEST))
        .isInstanceOf(CredentialsNotWrittenException.class);
    assertThat(folder.file(INGEST)).content().contains("AKIDB_SECRET_KEY=old\n");
  }
}
