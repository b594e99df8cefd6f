package io.akidb.ingest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A file to read, and how far it was read.
 *
 * @param path of the file
 * @param sidecar of a vector file; null for none
 * @param rowsDone rows that were read before
 * @param baseOrder order of row 0; row i has {@code baseOrder + i} unless it names its own. Fixed
 *     when the job was first started, so that a restart gives each row the same
 */
record FileSplit(String path, @Nullable String sidecar, long rowsDone, long baseOrder)
    implements SourceSplit, Serializable {

  @Override
  public String splitId() {
    return path;
  }

  FileSplit at(long rows) {
    return new FileSplit(path, sidecar, rows, baseOrder);
  }

  /** As bytes in a checkpoint. */
  static final class Serializer implements SimpleVersionedSerializer<FileSplit> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(FileSplit split) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeUTF(split.path());
      out.writeUTF(split.sidecar() == null ? "" : split.sidecar());
      out.writeLong(split.rowsDone());
      out.writeLong(split.baseOrder());
      return bytes.toByteArray();
    }

    @Override
    public FileSplit deserialize(int version, byte[] bytes) throws IOException {
      if (version != getVersion()) {
        throw new IOException("a checkpoint of version " + version + " of this job");
      }
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      String path = in.readUTF();
      String sidecar = in.readUTF();
      return new FileSplit(path, sidecar.isEmpty() ? null : sidecar, in.readLong(), in.readLong());
    }
  }
}
