"""Does every operation of the mission through boto3 against the server that the environment names.

With --r2 the server must refuse, with 501, what R2 lacks.
"""

import datetime
import hashlib
import os
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

R2 = "--r2" in sys.argv
MIB = 1 << 20
ODD = ["a b+c%2F.txt", "a//b", "/leading", "dots/../x", "tab\there", "line\nbreak", "ü/港口😀", "<&>\"'", "k" * 1024]

s3 = boto3.client(
    "s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1})
)
passed = []


def check(name):
    """Runs a function at once under a sentence of behaviour."""

    def run(function):
        try:
            function()
        except Exception as error:
            sys.exit(f"FAILED {name}: {type(error).__name__}: {error}")
        passed.append(name)

    return run


def refused(code, call, **arguments):
    """The call must fail with this error code or HTTP status."""
    try:
        call(**arguments)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        found = error.response["Error"]["Code"]
        assert code in (status, found), f"{found} ({status}) instead of {code}"
        return
    raise AssertionError(f"accepted, where {code} was expected")


def fetch(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def body(bucket, key, **arguments):
    return s3.get_object(Bucket=bucket, Key=key, **arguments)["Body"].read()


def keys(bucket, **arguments):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **arguments)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


@check("buckets are made, listed, found and refused")
def _():
    s3.create_bucket(Bucket="boto-one")
    s3.create_bucket(Bucket="boto-two")
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert {"boto-one", "boto-two", "samples"} <= set(names), names
    s3.head_bucket(Bucket="boto-one")
    refused(404, s3.head_bucket, Bucket="boto-none")
    refused("NoSuchBucket", s3.list_objects_v2, Bucket="boto-none")
    s3.get_bucket_location(Bucket="boto-one")


@check("any key goes up, is listed and comes back exactly")
def _():
    for key in ODD:
        s3.put_object(Bucket="boto-one", Key=key, Body=key.encode())
    assert sorted(keys("boto-one")) == sorted(ODD), keys("boto-one")
    for key in ODD:
        assert body("boto-one", key) == key.encode(), key


@check("one level is listed in pages of two, each row once")
def _():
    for name in ["p/1", "p/2", "p/3/x", "p/3/y", "p/4"]:
        s3.put_object(Bucket="boto-two", Key=name, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="boto-two", Prefix="p/", Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    rows = [
        row
        for page in pages
        for row in [found["Key"] for found in page.get("Contents", [])]
        + [found["Prefix"] for found in page.get("CommonPrefixes", [])]
    ]
    assert sorted(rows) == ["p/1", "p/2", "p/3/", "p/4"], rows


@check("headers and metadata are kept")
def _():
    s3.put_object(
        Bucket="boto-one", Key="meta", Body=b"x", ContentType="text/x-odd", CacheControl="max-age=60",
        ContentDisposition="attachment", Metadata={"one": "1"},
    )
    head = s3.head_object(Bucket="boto-one", Key="meta")
    assert head["ContentType"] == "text/x-odd" and head["CacheControl"] == "max-age=60", head
    assert head["Metadata"] == {"one": "1"} and head["ETag"] == f'"{hashlib.md5(b"x").hexdigest()}"', head


@check("what a copy onto itself describes anew is described so, and the rest is as before")
def _():
    s3.put_object(Bucket="boto-one", Key="again", Body=b"x", CacheControl="no-cache", Metadata={"a": "1"})
    itself = {"Bucket": "boto-one", "Key": "again"}
    s3.copy_object(**itself, CopySource=itself, MetadataDirective="REPLACE", ContentType="a/b", Metadata={"b": "2"})
    head = s3.head_object(**itself)
    assert head["ContentType"] == "a/b" and head["Metadata"] == {"b": "2"}, head
    assert "CacheControl" not in head and body("boto-one", "again") == b"x", head


@check("a key of one's own opens only what it locked")
def _():
    own = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    locked = {"Bucket": "boto-one", "Key": "locked"}
    s3.put_object(**locked, Body=b"secret", **own)
    assert s3.get_object(**locked, **own)["Body"].read() == b"secret"
    assert s3.head_object(**locked, **own)["SSECustomerAlgorithm"] == "AES256"
    refused(400, s3.get_object, **locked)
    refused(403, s3.get_object, **locked, SSECustomerAlgorithm="AES256", SSECustomerKey="o" * 32)
    refused(400, s3.get_object, Bucket="boto-one", Key="again", **own)
    source = {f"CopySource{name}": value for name, value in own.items()}
    s3.copy_object(Bucket="boto-one", Key="unlocked", CopySource=locked, **source)
    assert body("boto-one", "unlocked") == b"secret"


@check("objects are locked, archived and encrypted as AWS does, and R2 lacks it")
def _():
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
    if R2:
        refused(501, s3.put_object, Bucket="boto-one", Key="kept", Body=b"x", **lock)
        refused(501, s3.restore_object, Bucket="boto-one", Key="again", RestoreRequest={"Days": 1})
        refused(501, s3.get_object_retention, Bucket="boto-one", Key="again")
        refused(501, s3.put_object, Bucket="boto-one", Key="kms", Body=b"x", ServerSideEncryption="aws:kms")
        return
    s3.create_bucket(Bucket="boto-vault", ObjectLockEnabledForBucket=True)
    kept = {"Bucket": "boto-vault", "Key": "kept"}
    s3.put_object(**kept, Body=b"x", **lock, ObjectLockLegalHoldStatus="ON")
    head = s3.head_object(**kept)
    assert head["ObjectLockMode"] == "GOVERNANCE" and head["ObjectLockLegalHoldStatus"] == "ON", head
    version = {**kept, "VersionId": head["VersionId"]}
    refused("AccessDenied", s3.delete_object, **version, BypassGovernanceRetention=True)
    s3.put_object_legal_hold(**kept, LegalHold={"Status": "OFF"})
    refused("AccessDenied", s3.delete_object, **version)
    assert s3.get_object_retention(**kept)["Retention"]["Mode"] == "GOVERNANCE"
    s3.delete_object(**version, BypassGovernanceRetention=True)
    refused("InvalidRequest", s3.put_object, Bucket="boto-one", Key="kept", Body=b"x", **lock)
    s3.put_object(Bucket="boto-one", Key="cold", Body=b"x", StorageClass="GLACIER")
    cold = {"Bucket": "boto-one", "Key": "cold"}
    refused("InvalidObjectState", s3.get_object, **cold)
    # The tiers take 12 and 1 seconds here; how fast this machine is does not matter.
    slow = {"Days": 1, "GlacierJobParameters": {"Tier": "Bulk"}}
    fast = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
    s3.put_object(Bucket="boto-one", Key="colder", Body=b"x", StorageClass="GLACIER")
    colder = {"Bucket": "boto-one", "Key": "colder"}
    s3.restore_object(**colder, RestoreRequest=slow)
    refused("RestoreAlreadyInProgress", s3.restore_object, **colder, RestoreRequest=slow)
    assert s3.head_object(**colder)["Restore"] == 'ongoing-request="true"'
    s3.restore_object(**cold, RestoreRequest=fast)
    deadline = time.monotonic() + 60
    while 'expiry-date="' not in s3.head_object(**cold)["Restore"] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert 'expiry-date="' in s3.head_object(**cold)["Restore"] and body("boto-one", "cold") == b"x"
    s3.put_object(Bucket="boto-one", Key="kms", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/a")
    head = s3.head_object(Bucket="boto-one", Key="kms")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/a"), head


@check("ranges and conditions hold")
def _():
    s3.put_object(Bucket="boto-one", Key="ten", Body=b"0123456789")
    assert body("boto-one", "ten", Range="bytes=2-4") == b"234"
    assert body("boto-one", "ten", Range="bytes=-3") == b"789"
    refused(416, s3.get_object, Bucket="boto-one", Key="ten", Range="bytes=10-")
    refused(412, s3.get_object, Bucket="boto-one", Key="ten", IfMatch='"other"')
    refused(412, s3.put_object, Bucket="boto-one", Key="ten", Body=b"y", IfNoneMatch="*")
    assert body("boto-one", "ten") == b"0123456789"
    refused("NoSuchKey", s3.get_object, Bucket="boto-one", Key="none")


@check("a multipart upload is listed, completed, given up")
def _():
    whole = os.urandom(5 * MIB) + b"tail"
    upload = {"Bucket": "boto-one", "Key": "parts"}
    upload["UploadId"] = s3.create_multipart_upload(Bucket="boto-one", Key="parts")["UploadId"]
    sent = []
    for number, piece in enumerate([whole[: 5 * MIB], whole[5 * MIB :]], start=1):
        etag = s3.upload_part(PartNumber=number, Body=piece, **upload)["ETag"]
        sent.append({"PartNumber": number, "ETag": etag})
    if not R2:
        assert len(s3.list_parts(**upload)["Parts"]) == 2
        assert len(s3.list_multipart_uploads(Bucket="boto-one")["Uploads"]) == 1
    s3.complete_multipart_upload(MultipartUpload={"Parts": sent}, **upload)
    assert body("boto-one", "parts") == whole
    other = s3.create_multipart_upload(Bucket="boto-one", Key="given-up")["UploadId"]
    s3.abort_multipart_upload(Bucket="boto-one", Key="given-up", UploadId=other)
    refused(
        "NoSuchUpload", s3.upload_part,
        Bucket="boto-one", Key="given-up", UploadId=other, PartNumber=1, Body=b"x",
    )


@check("copies stay on the server, within and across buckets, whole and by part")
def _():
    source = {"Bucket": "boto-one", "Key": "meta"}
    s3.copy_object(Bucket="boto-two", Key="meta", CopySource=source)
    assert s3.head_object(Bucket="boto-two", Key="meta")["Metadata"] == {"one": "1"}
    s3.copy_object(
        Bucket="boto-two", Key="meta", CopySource=source, MetadataDirective="REPLACE", Metadata={"two": "2"}
    )
    assert s3.head_object(Bucket="boto-two", Key="meta")["Metadata"] == {"two": "2"}
    upload = {"Bucket": "boto-two", "Key": "copied"}
    upload["UploadId"] = s3.create_multipart_upload(Bucket="boto-two", Key="copied")["UploadId"]
    part = s3.upload_part_copy(PartNumber=1, CopySource={"Bucket": "boto-one", "Key": "parts"}, **upload)
    done = [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]
    s3.complete_multipart_upload(MultipartUpload={"Parts": done}, **upload)
    assert body("boto-two", "copied") == body("boto-one", "parts")


@check("links give and take bytes, and hold only as signed")
def _():
    def link(operation, key, **more):
        arguments = {"Bucket": "boto-one", "Key": key}
        return s3.generate_presigned_url(operation, Params=arguments, ExpiresIn=more.get("expires", 60))

    for key in ["ten", "a b+c%2F.txt", "ü/港口😀"]:
        assert fetch(link("get_object", key)) == (200, body("boto-one", key)), key
    put = urllib.request.Request(link("put_object", "put"), data=b"put", method="PUT")
    assert fetch(put)[0] == 200 and body("boto-one", "put") == b"put"
    assert fetch(link("get_object", "ten").replace("/ten?", "/put?"))[0] == 403
    assert fetch(link("get_object", "ten", expires=8 * 86400))[0] in (400, 403)


@check("deletions are single, batched and without effect on neighbours")
def _():
    s3.delete_object(Bucket="boto-one", Key="put")
    s3.delete_object(Bucket="boto-one", Key="never-was")
    wanted = [{"Key": "p/1"}, {"Key": "p/2"}, {"Key": "never-was"}]
    told = s3.delete_objects(Bucket="boto-two", Delete={"Objects": wanted})
    assert not told.get("Errors"), told
    assert keys("boto-two", Prefix="p/") == ["p/3/x", "p/3/y", "p/4"]


def needs_s3(call, **arguments):
    """In R2 mode the call must be refused with 501, and the rest of the check is over."""
    if R2:
        refused(501, call, **arguments)
    return not R2


@check("versions are kept, listed, read and restored" if not R2 else "versions are refused")
def _():
    bucket, on = {"Bucket": "boto-two"}, {"Status": "Enabled"}
    if not needs_s3(s3.put_bucket_versioning, VersioningConfiguration=on, **bucket):
        return
    s3.put_bucket_versioning(VersioningConfiguration=on, **bucket)
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    first = s3.put_object(Key="v", Body=b"1", **bucket)["VersionId"]
    s3.put_object(Key="v", Body=b"2", **bucket)
    marker = s3.delete_object(Key="v", **bucket)
    assert marker["DeleteMarker"]
    refused("NoSuchKey", s3.get_object, Key="v", **bucket)
    assert body("boto-two", "v", VersionId=first) == b"1"
    listed = s3.list_object_versions(Prefix="v", **bucket)
    assert len(listed["Versions"]) == 2 and len(listed["DeleteMarkers"]) == 1
    s3.delete_object(Key="v", VersionId=marker["VersionId"], **bucket)
    assert body("boto-two", "v") == b"2"


@check("object tags are kept" if not R2 else "object tags are refused")
def _():
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    place = {"Bucket": "boto-one", "Key": "ten"}
    if needs_s3(s3.put_object_tagging, Tagging=tags, **place):
        s3.put_object_tagging(Tagging=tags, **place)
        assert s3.get_object_tagging(**place)["TagSet"] == tags["TagSet"]
        s3.delete_object_tagging(**place)
        assert s3.get_object_tagging(**place)["TagSet"] == []


@check("CORS rules are set, read and taken away")
def _():
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}
    refused("NoSuchCORSConfiguration", s3.get_bucket_cors, Bucket="boto-one")
    s3.put_bucket_cors(Bucket="boto-one", CORSConfiguration={"CORSRules": [rule]})
    assert s3.get_bucket_cors(Bucket="boto-one")["CORSRules"][0]["AllowedMethods"] == ["GET"]
    s3.delete_bucket_cors(Bucket="boto-one")
    refused("NoSuchCORSConfiguration", s3.get_bucket_cors, Bucket="boto-one")


@check("lifecycle rules are set, read and taken away")
def _():
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 7}}
    s3.put_bucket_lifecycle_configuration(Bucket="boto-one", LifecycleConfiguration={"Rules": [rule]})
    found = s3.get_bucket_lifecycle_configuration(Bucket="boto-one")["Rules"]
    assert [rule["ID"] for rule in found if rule["ID"] == "old"] == ["old"], found
    s3.delete_bucket_lifecycle(Bucket="boto-one")


@check("access lists and policies are kept" if not R2 else "access lists and policies are refused")
def _():
    if not needs_s3(s3.get_bucket_policy, Bucket="boto-one"):
        refused(501, s3.put_object_acl, Bucket="boto-one", Key="ten", ACL="public-read")
        return
    assert s3.get_bucket_acl(Bucket="boto-one")["Grants"]
    s3.put_object_acl(Bucket="boto-one", Key="ten", ACL="public-read")
    assert len(s3.get_object_acl(Bucket="boto-one", Key="ten")["Grants"]) == 2
    policy = '{"Version":"2012-10-17","Statement":[]}'
    s3.put_bucket_policy(Bucket="boto-one", Policy=policy)
    assert s3.get_bucket_policy(Bucket="boto-one")["Policy"] == policy
    s3.delete_bucket_policy(Bucket="boto-one")


@check("a wrong secret and an unknown key are refused")
def _():
    for key, code in [({"aws_secret_access_key": "wrong"}, 403), ({"aws_access_key_id": "NOBODY"}, None)]:
        keyed = {"aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
                 "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"], **key}
        try:
            boto3.client("s3", **keyed).list_buckets()
            raise AssertionError("accepted")
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (code, 401, 403)


@check("a bucket goes away when it is empty and not before")
def _():
    refused("BucketNotEmpty", s3.delete_bucket, Bucket="boto-one")
    for key in keys("boto-one"):
        s3.delete_object(Bucket="boto-one", Key=key)
    s3.delete_bucket(Bucket="boto-one")
    refused(404, s3.head_bucket, Bucket="boto-one")


print("\n".join(f"ok {name}" for name in passed))
