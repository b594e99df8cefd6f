package io.akidb.build;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.serializers.JavaSerializer;
import org.apache.spark.serializer.KryoRegistrator;

/**
 * Tells Kryo our types. What there is one of per row writes itself; records, of which there are
 * few, go by Java's own serialization, because Kryo 4 writes fields and a record's cannot be set.
 * Public for Spark, which creates it.
 */
public final class KryoTypes implements KryoRegistrator {
  @Override
  public void registerClasses(Kryo kryo) {
    kryo.addDefaultSerializer(Record.class, JavaSerializer.class);
    kryo.register(Candidate.class);
    kryo.register(ShardSlot.class);
    kryo.register(float[].class);
    kryo.register(byte[].class);
  }
}
