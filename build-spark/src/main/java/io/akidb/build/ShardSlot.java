package io.akidb.build;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a row goes: into which shard, and at which place, by id, so that a shard gets its rows in
 * the same order however often it is built.
 */
final class ShardSlot implements Comparable<ShardSlot>, KryoSerializable {
  private int shard;
  private String id;
  private boolean replica;

  /** For Kryo, which reads the fields then. */
  @SuppressWarnings("unused")
  private ShardSlot() {
    this(0, "", false);
  }

  /**
   * A place.
   *
   * @param shard number
   * @param id the row's
   * @param replica whether this is a copy at a border rather than the row's own place
   */
  ShardSlot(int shard, String id, boolean replica) {
    this.shard = shard;
    this.id = id;
    this.replica = replica;
  }

  int shard() {
    return shard;
  }

  String id() {
    return id;
  }

  boolean isReplica() {
    return replica;
  }

  @Override
  public void write(Kryo kryo, Output output) {
    output.writeInt(shard, true);
    output.writeString(id);
    output.writeBoolean(replica);
  }

  @Override
  public void read(Kryo kryo, Input input) {
    shard = input.readInt(true);
    id = input.readString();
    replica = input.readBoolean();
  }

  @Override
  public int compareTo(ShardSlot other) {
    int byShard = Integer.compare(shard, other.shard);
    return byShard != 0 ? byShard : id.compareTo(other.id);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ShardSlot slot && slot.shard == shard && slot.id.equals(id);
  }

  @Override
  public int hashCode() {
    return Objects.hash(shard, id);
  }

  @Override
  public String toString() {
    return shard + "/" + id + (replica ? " (replica)" : "");
  }
}
