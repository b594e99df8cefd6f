"""The native libraries, each as its own documentation recommends for a set of this size."""

import importlib.metadata
import math
import os
import shutil

K = 10
LISTS = [10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 57, 68, 80, 96, 114, 136, 160, 200, 250, 320, 400, 500, 700]
PROBES = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 64, 80, 100, 128, 160, 200, 256]


def of(name):
    known = {kind.name: kind for kind in (FaissFastScan, FaissHnsw, Hnswlib, Scann, Svs)}
    return known[name]()


def folder_bytes(folder):
    return sum(
        os.path.getsize(os.path.join(path, file)) for path, _, files in os.walk(folder) for file in files
    )


class FaissFastScan:
    """IVF, 4-bit PQ scored by byte shuffles, exact rerank."""

    name = "faiss-ivf"
    parameters = PROBES
    # A rerank of ten times k keeps the best recall a probe count can give within reach.
    rerank_factor = 10

    def description(self):
        import faiss

        return f"faiss {faiss.__version__} IVF, 4-bit PQ fast scan, rerank of {self.rerank_factor * K} on f32"

    def build(self, base, metric, threads):
        import faiss

        faiss.omp_set_num_threads(threads)
        rows, dimension = base.shape
        kind = faiss.METRIC_L2 if metric == "L2" else faiss.METRIC_INNER_PRODUCT
        lists = 2 ** round(math.log2(4 * math.sqrt(rows)))
        # Two dimensions a code, as faiss's own guide says for fast scan.
        self.index = faiss.index_factory(dimension, f"IVF{lists},PQ{dimension // 2}x4fs,RFlat", kind)
        self.index.train(base)
        self.index.add(base)
        self.inner = faiss.downcast_index(self.index.base_index)
        faiss.omp_set_num_threads(1)

    def bytes_on_disk(self, folder):
        import faiss

        file = os.path.join(folder, "index.faiss")
        faiss.write_index(self.index, file)
        return os.path.getsize(file)

    def prepare(self, parameter):
        self.inner.nprobe = parameter
        self.index.k_factor = self.rerank_factor

    def search(self, queries):
        return self.index.search(queries, K)[1]


class FaissHnsw:
    name = "faiss-hnsw"
    parameters = LISTS

    def description(self):
        import faiss

        return f"faiss {faiss.__version__} HNSW, M=32, efConstruction=40 (its default)"

    def build(self, base, metric, threads):
        import faiss

        faiss.omp_set_num_threads(threads)
        kind = faiss.METRIC_L2 if metric == "L2" else faiss.METRIC_INNER_PRODUCT
        self.index = faiss.IndexHNSWFlat(base.shape[1], 32, kind)
        self.index.add(base)
        faiss.omp_set_num_threads(1)

    def bytes_on_disk(self, folder):
        import faiss

        file = os.path.join(folder, "index.faiss")
        faiss.write_index(self.index, file)
        return os.path.getsize(file)

    def prepare(self, parameter):
        self.index.hnsw.efSearch = parameter

    def search(self, queries):
        return self.index.search(queries, K)[1]


class Hnswlib:
    name = "hnswlib"
    parameters = LISTS

    def description(self):
        return f"hnswlib {importlib.metadata.version('hnswlib')}, M=16, ef_construction=200 (its defaults)"

    def build(self, base, metric, threads):
        import hnswlib

        self.index = hnswlib.Index(space="l2" if metric == "L2" else "ip", dim=base.shape[1])
        self.index.init_index(max_elements=len(base), M=16, ef_construction=200, random_seed=42)
        self.index.set_num_threads(threads)
        self.index.add_items(base)
        self.index.set_num_threads(1)

    def bytes_on_disk(self, folder):
        file = os.path.join(folder, "index.hnswlib")
        self.index.save_index(file)
        return os.path.getsize(file)

    def prepare(self, parameter):
        self.index.set_ef(parameter)

    def search(self, queries):
        return self.index.knn_query(queries, k=K, num_threads=1)[0]


class Scann:
    name = "scann"
    parameters = PROBES
    rerank = 100

    def description(self):
        version = importlib.metadata.version("scann")
        return f"ScaNN {version}, partitions, anisotropic 4-bit PQ, rerank of {self.rerank}"

    def build(self, base, metric, threads):
        import scann

        rows = len(base)
        kind = "squared_l2" if metric == "L2" else "dot_product"
        # Its guide: as many leaves as the root of the rows, two dimensions a block, 0.2 for angles.
        builder = scann.scann_ops_pybind.builder(base, K, kind).set_n_training_threads(threads)
        builder = builder.tree(
            num_leaves=max(2, int(math.sqrt(rows))),
            num_leaves_to_search=10,
            training_sample_size=min(rows, 250_000),
        )
        threshold = float("nan") if metric == "L2" else 0.2
        self.index = builder.score_ah(2, anisotropic_quantization_threshold=threshold).reorder(self.rerank).build()

    def bytes_on_disk(self, folder):
        self.index.serialize(folder)
        return folder_bytes(folder)

    def prepare(self, parameter):
        self.leaves = parameter

    def search(self, queries):
        if len(queries) == 1:
            return self.index.search(
                queries[0],
                final_num_neighbors=K,
                pre_reorder_num_neighbors=self.rerank,
                leaves_to_search=self.leaves,
            )[0]
        return self.index.search_batched(
            queries,
            final_num_neighbors=K,
            pre_reorder_num_neighbors=self.rerank,
            leaves_to_search=self.leaves,
        )[0]


class Svs:
    name = "svs"
    parameters = LISTS

    def description(self):
        return f"SVS {importlib.metadata.version('scalable-vs')} Vamana, f32, R=32, L=100"

    def build(self, base, metric, threads):
        import svs

        is_l2 = metric == "L2"
        parameters = svs.VamanaBuildParameters(
            # Inner products take a factor below one: the larger is the nearer.
            alpha=1.2 if is_l2 else 0.95,
            graph_max_degree=32,
            window_size=100,
        )
        distance = svs.DistanceType.L2 if is_l2 else svs.DistanceType.MIP
        self.index = svs.Vamana.build(parameters, base, distance, num_threads=threads)
        self.index.num_threads = 1

    def bytes_on_disk(self, folder):
        parts = [os.path.join(folder, name) for name in ("config", "graph", "data")]
        for part in parts:
            shutil.rmtree(part, ignore_errors=True)
        self.index.save(*parts)
        return folder_bytes(folder)

    def prepare(self, parameter):
        self.index.search_window_size = parameter

    def search(self, queries):
        return self.index.search(queries, K)[0]
