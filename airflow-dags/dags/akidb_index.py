"""What a collection's published index is, read from the bucket's head object.

The head, ``akidb/tenants/{tenant}/collections/{collection}/manifest.json``, is the one object of a collection that
is ever replaced, so one read of it is a consistent picture. catalog/spec/manifest-v1.md has its fields, of which a
handful are looked at.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

FORMAT_VERSION = 1
HEAD_BYTES_MAX = 16 * 1024 * 1024


class CollectionMissing(Exception):
    """There is no such collection in the bucket; waiting does not help."""


class HeadUnreadable(Exception):
    """The head is there and is not what this version of the DAG understands; waiting does not help."""


class BucketUnreachable(Exception):
    """The bucket did not answer; trying again may help."""


@dataclass(frozen=True)
class IndexState:
    """A collection at one generation, and the index that it lists, if any."""

    generation: int
    build_id: str | None
    read_generation: int | None
    rows: int | None


@dataclass(frozen=True)
class Credentials:
    """Of an S3 bucket. Never printed."""

    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        return "Credentials(...)"


def read_index(
    bucket: str,
    endpoint: str | None,
    credentials: Credentials | None,
    tenant: str,
    collection: str,
) -> IndexState:
    """Reads the head of a collection in a local directory or in ``s3://bucket[/prefix]``."""
    key = f"akidb/tenants/{tenant}/collections/{collection}/manifest.json"
    if bucket.startswith("s3://"):
        content = _read_s3(bucket, endpoint, credentials, key)
    else:
        content = _read_directory(bucket, key)
    return _parse(content, f"{bucket.rstrip('/')}/{key}")


def _read_directory(bucket: str, key: str) -> bytes:
    path = Path(bucket) / key
    try:
        if path.stat().st_size > HEAD_BYTES_MAX:
            raise HeadUnreadable(f"{path} is larger than {HEAD_BYTES_MAX} bytes")
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise CollectionMissing(f"there is no {path}: create the collection, or correct tenant, collection and bucket") from missing
    except OSError as failure:
        raise BucketUnreachable(f"{path}: {failure}") from failure


def _read_s3(bucket: str, endpoint: str | None, credentials: Credentials | None, key: str) -> bytes:
    parts = urlsplit(bucket)
    prefix = parts.path.strip("/")
    client = boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=os.environ.get("AKIDB_REGION") or "us-east-1",
        aws_access_key_id=credentials.access_key if credentials else None,
        aws_secret_access_key=credentials.secret_key if credentials else None,
        config=Config(
            connect_timeout=5,
            read_timeout=20,
            retries={"total_max_attempts": 3, "mode": "standard"},
            s3={"addressing_style": "path" if endpoint else "auto"},
        ),
    )
    try:
        answer = client.get_object(Bucket=parts.netloc, Key=f"{prefix}/{key}" if prefix else key)
        if answer["ContentLength"] > HEAD_BYTES_MAX:
            raise HeadUnreadable(f"{bucket}/{key} is larger than {HEAD_BYTES_MAX} bytes")
        return answer["Body"].read()
    except ClientError as failure:
        code = failure.response.get("Error", {}).get("Code", "")
        if code in ("NoSuchKey", "NoSuchBucket", "404"):
            raise CollectionMissing(f"{bucket}/{key}: {code}: create the collection, or correct tenant, collection and bucket") from failure
        raise BucketUnreachable(f"{bucket}: {failure}") from failure
    except BotoCoreError as failure:
        raise BucketUnreachable(f"{bucket}: {failure}") from failure
    finally:
        client.close()


def _parse(content: bytes, where: str) -> IndexState:
    try:
        head = json.loads(content)
        version = head["format_version"]
        if version != FORMAT_VERSION:
            raise HeadUnreadable(f"{where} has format version {version}, this DAG reads {FORMAT_VERSION}")
        if head["state"] != "live":
            raise CollectionMissing(f"{where} says that the collection was dropped")
        index = head["index"] or {}
        return IndexState(head["generation"], index.get("build_id"), index.get("read_generation"), index.get("rows"))
    except (ValueError, KeyError, TypeError, AttributeError) as failure:
        raise HeadUnreadable(f"{where} is no manifest that this DAG understands: {failure!r}") from failure
