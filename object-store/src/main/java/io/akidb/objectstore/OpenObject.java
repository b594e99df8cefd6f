package io.akidb.objectstore;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** One version of a local object: an open file together with the metadata of exactly that file. */
final class OpenObject implements AutoCloseable {
  private static final int ATTEMPTS_MAX = 1000;

  private final ObjectMetadata metadata;
  private final FileChannel channel;

  private OpenObject(ObjectMetadata metadata, FileChannel channel) {
    this.metadata = metadata;
    this.channel = channel;
  }

  /**
   * Opens a file. Its attributes are read by name before and after: names are only ever replaced by
   * later versions, so equal attributes mean that the open file is theirs.
   */
  static OpenObject of(String key, Path file) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      ObjectMetadata before = attributes(key, file);
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        if (attributes(key, file).equals(before)) {
          return new OpenObject(before, channel);
        }
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      channel.close();
    }
    throw new StoreUnavailableException(key + " is replaced faster than it can be read", null);
  }

  private static ObjectMetadata attributes(String key, Path file) throws IOException {
    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
    if (!is.isRegularFile()) {
      throw new NoSuchFileException(file.toString());
    }
    return LocalMetadata.of(key, is);
  }

  ObjectMetadata metadata() {
    return metadata;
  }

  byte[] read(long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the file is shorter than it was");
      }
    }
    return buffer.array();
  }

  InputStream stream() {
    return Channels.newInputStream(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
