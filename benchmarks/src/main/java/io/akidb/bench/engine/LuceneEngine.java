package io.akidb.bench.engine;

import io.akidb.bench.BenchException;
import io.akidb.bench.data.PreparedData;
import io.akidb.diskann.DistanceMetric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.Version;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's HNSW on f32, one segment, asked at its leaf: what a query parser and a searcher over
 * segments would add is left out in its favour.
 */
final class LuceneEngine implements Engine {
  private static final String MODE = "hnsw";
  private static final String FIELD = "v";
  private static final int CONNECTIONS_MAX = 16;
  private static final int BEAM_WIDTH = 100;

  /** The most that Lucene takes; one flush then makes one segment, and no graph is built twice. */
  private static final double BUFFER_MIB = 2000;

  @Override
  public String name() {
    return "lucene";
  }

  @Override
  public String description() {
    return "Lucene "
        + Version.LATEST
        + " HNSW, f32, M="
        + CONNECTIONS_MAX
        + ", beam width "
        + BEAM_WIDTH
        + ", one segment, built by one thread";
  }

  @Override
  public List<String> modes() {
    return List.of(MODE);
  }

  @Override
  public Map<String, BuildCost> build(PreparedData data, Path folder, int threads) {
    float[][] base = data.base();
    VectorSimilarityFunction similarity = similarity(data.meta().metric());
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(new HnswCodec())
            .setUseCompoundFile(false)
            .setRAMBufferSizeMB(BUFFER_MIB);
    BuildCost cost =
        CostMeter.of(
            folder,
            () -> {
              try (MMapDirectory directory = new MMapDirectory(folder);
                  IndexWriter writer = new IndexWriter(directory, config)) {
                for (float[] vector : base) {
                  Document document = new Document();
                  document.add(new KnnFloatVectorField(FIELD, vector, similarity));
                  writer.addDocument(document);
                }
                writer.forceMerge(1);
                writer.commit();
              }
            });
    return Map.of(MODE, cost);
  }

  private static VectorSimilarityFunction similarity(DistanceMetric metric) {
    return switch (metric) {
      case L2 -> VectorSimilarityFunction.EUCLIDEAN;
      // Vectors were brought to unit length, where this is the faster of two equal ones.
      case COSINE -> VectorSimilarityFunction.DOT_PRODUCT;
      case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
    };
  }

  private static final class HnswCodec extends org.apache.lucene.codecs.FilterCodec {
    private final KnnVectorsFormat format =
        new Lucene99HnswVectorsFormat(CONNECTIONS_MAX, BEAM_WIDTH);

    HnswCodec() {
      // The name under which the index is read again.
      super("Lucene104", new Lucene104Codec());
    }

    @Override
    public KnnVectorsFormat knnVectorsFormat() {
      return new org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat() {
        @Override
        public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
          return format;
        }
      };
    }
  }

  @Override
  public Searcher open(PreparedData.Meta data, Path folder, String mode) {
    try {
      return new Opened(new MMapDirectory(folder));
    } catch (IOException e) {
      throw new BenchException("cannot open " + folder + ": " + e, e);
    }
  }

  private static final class Opened implements Searcher {
    private final MMapDirectory directory;
    private final DirectoryReader reader;
    private final LeafReader leaf;
    private AcceptDocs accepted;
    private @Nullable FixedBitSet matches;
    private int matchCount;

    Opened(MMapDirectory directory) throws IOException {
      this.directory = directory;
      this.reader = DirectoryReader.open(directory);
      if (reader.leaves().size() != 1) {
        throw new BenchException("Lucene's index has more than one segment");
      }
      // Documents were added by one thread in the order of rows, so that a document is its row.
      this.leaf = reader.leaves().getFirst().reader();
      this.accepted = AcceptDocs.fromLiveDocs(null, leaf.maxDoc());
    }

    @Override
    public void filter(@Nullable BitSet rows) {
      matches = null;
      if (rows == null) {
        accepted = AcceptDocs.fromLiveDocs(null, leaf.maxDoc());
        return;
      }
      FixedBitSet bits = new FixedBitSet(leaf.maxDoc());
      rows.stream().forEach(bits::set);
      int count = bits.cardinality();
      matches = bits;
      matchCount = count;
      accepted =
          AcceptDocs.fromIteratorSupplier(
              () -> new BitSetIterator(bits, count), (Bits) null, leaf.maxDoc());
    }

    @Override
    public int search(float[] query, int k, int parameter, int[] into) {
      try {
        TopDocs found = matches == null ? walk(query, parameter) : filtered(query, k, parameter);
        int count = Math.min(k, found.scoreDocs.length);
        for (int i = 0; i < count; i++) {
          into[i] = found.scoreDocs[i].doc;
        }
        return count;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private TopDocs walk(float[] query, int parameter) throws IOException {
      TopKnnCollector collector =
          new TopKnnCollector(parameter, Integer.MAX_VALUE, KnnSearchStrategy.Hnsw.DEFAULT);
      leaf.searchNearestVectors(FIELD, query, collector, accepted);
      return collector.topDocs();
    }

    /** As KnnFloatVectorQuery does: scans where walking would visit more than there are matches. */
    private TopDocs filtered(float[] query, int k, int parameter) throws IOException {
      FixedBitSet bits = Objects.requireNonNull(matches);
      if (matchCount > parameter) {
        TopKnnCollector walked =
            new TopKnnCollector(parameter, matchCount, KnnSearchStrategy.Hnsw.DEFAULT);
        leaf.searchNearestVectors(FIELD, query, walked, accepted);
        if (!walked.earlyTerminated()) {
          return walked.topDocs();
        }
      }
      TopKnnCollector scanned = new TopKnnCollector(k, Integer.MAX_VALUE);
      VectorScorer scorer = leaf.getFloatVectorValues(FIELD).scorer(query);
      DocIdSetIterator documents = scorer.iterator();
      for (int doc = bits.nextSetBit(0);
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc =
              doc + 1 < bits.length() ? bits.nextSetBit(doc + 1) : DocIdSetIterator.NO_MORE_DOCS) {
        documents.advance(doc);
        scanned.collect(doc, scorer.score());
      }
      return scanned.topDocs();
    }

    @Override
    public void close() {
      try {
        reader.close();
        directory.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
