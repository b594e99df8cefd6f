"""Reading a collection's head, from a directory and from a real MinIO."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from akidb_index import BucketUnreachable, CollectionMissing, Credentials, HeadUnreadable, IndexState, read_index

KEY = "akidb/tenants/default/collections/products/manifest.json"
HEAD = {
    "format_version": 1,
    "state": "live",
    "generation": 12,
    "index": {"build_id": "6f1c", "read_generation": 10, "rows": 1000, "published_generation": 12},
}


def put(bucket: Path, head: object) -> str:
    file = bucket / KEY
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(head if isinstance(head, str) else json.dumps(head))
    return str(bucket)


def read(bucket: str) -> IndexState:
    return read_index(bucket, None, None, "default", "products")


def test_directory_with_and_without_index(tmp_path):
    assert read(put(tmp_path, HEAD)) == IndexState(12, "6f1c", 10, 1000)
    assert read(put(tmp_path, HEAD | {"index": None})) == IndexState(12, None, None, None)


def test_missing_and_dropped_collections_are_missing(tmp_path):
    with pytest.raises(CollectionMissing, match="create the collection"):
        read(str(tmp_path))
    with pytest.raises(CollectionMissing, match="dropped"):
        read(put(tmp_path, HEAD | {"state": "dropped"}))


@pytest.mark.parametrize("head", ["", "[]", "{", '{"format_version": 1}', json.dumps(HEAD | {"index": "none"})])
def test_other_content_is_unreadable(tmp_path, head):
    with pytest.raises(HeadUnreadable, match="manifest.json"):
        read(put(tmp_path, head))


def test_newer_format_is_unreadable_by_name(tmp_path):
    with pytest.raises(HeadUnreadable, match="format version 2"):
        read(put(tmp_path, HEAD | {"format_version": 2}))


def test_head_beyond_the_bound_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("akidb_index.HEAD_BYTES_MAX", 10)
    with pytest.raises(HeadUnreadable, match="larger than 10 bytes"):
        read(put(tmp_path, HEAD))


def test_credentials_do_not_print_themselves():
    assert "hidden" not in repr(Credentials("hidden", "hidden"))


def test_minio_with_and_without_prefix(minio):
    client, endpoint, credentials, bucket = minio
    for prefix in ("", "some/where/"):
        client.put_object(Bucket=bucket, Key=prefix + KEY, Body=json.dumps(HEAD).encode())
        state = read_index(f"s3://{bucket}/{prefix}", endpoint, credentials, "default", "products")
        assert state == IndexState(12, "6f1c", 10, 1000)
    with pytest.raises(CollectionMissing):
        read_index(f"s3://{bucket}", endpoint, credentials, "default", "others")
    with pytest.raises(CollectionMissing):
        read_index(f"s3://{bucket}-none", endpoint, credentials, "default", "products")


def test_minio_refusing_the_credentials_is_unreachable(minio):
    _, endpoint, credentials, bucket = minio
    with pytest.raises(BucketUnreachable):
        read_index(f"s3://{bucket}", endpoint, Credentials(credentials.access_key, "wrong"), "default", "products")


def test_nobody_at_the_endpoint_is_unreachable():
    with pytest.raises(BucketUnreachable):
        read_index("s3://akidb", "http://127.0.0.1:1", Credentials("a", "b"), "default", "products")
