package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class FileSplitTest {
  private static final FileSplit BARE = new FileSplit("/a/b\u00e9.npy", null, 7, 1L << 60);
  private static final FileSplit WITH = new FileSplit("/a/c.npy", "/a/c.jsonl", 0, -1);

  @Test
  void serialize_andBack_isTheSame() throws IOException {
    FileSplit.Serializer serializer = new FileSplit.Serializer();
    for (FileSplit split : List.of(BARE, WITH)) {
      assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(split)))
          .isEqualTo(split);
    }
  }

  @Test
  void deserialize_otherVersion_isRefused() throws IOException {
    FileSplit.Serializer serializer = new FileSplit.Serializer();
    byte[] bytes = serializer.serialize(BARE);

    assertThatThrownBy(() -> serializer.deserialize(2, bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void at_laterRow_keepsTheRest() {
    assertThat(BARE.at(9)).isEqualTo(new FileSplit("/a/b\u00e9.npy", null, 9, 1L << 60));
    assertThat(BARE.splitId()).isEqualTo(BARE.path());
  }

  @Test
  void source_travelsToTheCluster() throws Exception {
    FileRecordSource source =
        new FileRecordSource(List.of(BARE, WITH), new FileReading("t", null, List.of(), 1));

    assertThat(InstantiationUtil.clone(source)).isNotNull();
    SimpleVersionedSerializer<FileRecordSource.Progress> serializer =
        source.getEnumeratorCheckpointSerializer();
    FileRecordSource.Progress progress =
        new FileRecordSource.Progress(Set.of(BARE.path(), WITH.path()), List.of(WITH));
    byte[] bytes = serializer.serialize(progress);
    assertThat(serializer.deserialize(serializer.getVersion(), bytes)).isEqualTo(progress);
    assertThatThrownBy(() -> serializer.deserialize(1, bytes)).isInstanceOf(IOException.class);
  }
}
