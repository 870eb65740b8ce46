"""Holds the documents of `windlass settings` against the AWS CLI and boto3, on the server that the environment names.

    python settings.py WINDLASS [--r2]

Each document goes both ways: what Windlass prints, the AWS CLI and boto3 take; what the AWS CLI prints, Windlass takes.
With --r2 the server must refuse what R2 lacks, and Windlass must say so.
"""

import json
import os
import subprocess
import sys
import tempfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

WINDLASS, R2 = sys.argv[1], "--r2" in sys.argv
AWS = [sys.executable, "-m", "awscli", "s3api"]
BUCKET = "settings-of-ci"
LOGS = "settings-of-ci-logs"
FOLDER = tempfile.mkdtemp()
ENVIRONMENT = {
    **os.environ,
    "AWS_PAGER": "",
    "WINDLASS_CONFIG_DIR": os.path.join(FOLDER, "config"),
    "WINDLASS_STATE_DIR": os.path.join(FOLDER, "state"),
}
BUCKET_ARN = f"arn:aws:s3:::{BUCKET}"

s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


def owner():
    """Whose the bucket is for its own server."""
    return s3.get_bucket_acl(Bucket=BUCKET)["Owner"]["ID"]


try:
    s3.create_bucket(Bucket=BUCKET, **({} if R2 else {"ObjectLockEnabledForBucket": True}))
except ClientError as error:
    if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
        raise


OWNER = "nobody" if R2 else owner()

# Name, the AWS CLI's command, its argument (boto3's in its own spelling), the document.
DOCUMENTS = [
    ("versioning", "bucket-versioning", "versioning-configuration", {"Status": "Enabled"}),
    ("lifecycle", "bucket-lifecycle-configuration", "lifecycle-configuration", {"Rules": [
        {"ID": "tmp", "Filter": {"Prefix": "tmp/"}, "Status": "Enabled", "Expiration": {"Days": 3}},
        {"ID": "all", "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v & w"}]}}, "Status": "Disabled",
         "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}], "NoncurrentVersionExpiration": {"NoncurrentDays": 9}},
    ]}),
    ("cors", "bucket-cors", "cors-configuration", {"CORSRules": [
        {"AllowedHeaders": ["*"], "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://a.example", "http://b"],
         "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60},
    ]}),
    ("policy", "bucket-policy", "policy", {"Version": "2012-10-17", "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": f"{BUCKET_ARN}/*"},
    ]}),
    ("acl", "bucket-acl", "access-control-policy", {
        "Grants": [
            {"Grantee": {"ID": OWNER, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"},
            {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"},
        ],
        "Owner": {"ID": OWNER},
    }),
    ("ownership", "bucket-ownership-controls", "ownership-controls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}),
    ("public-access", "public-access-block", "public-access-block-configuration", {
        "BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False,
    }),
    ("encryption", "bucket-encryption", "server-side-encryption-configuration", {"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False},
    ]}),
    ("object-lock", "object-lock-configuration", "object-lock-configuration", {
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 2}},
    }),
    ("tags", "bucket-tagging", "tagging", {"TagSet": [{"Key": "team", "Value": "ü <&> 'x'"}]}),
    ("logging", "bucket-logging", "bucket-logging-status", {
        "LoggingEnabled": {"TargetBucket": LOGS, "TargetPrefix": "log/"},
    }),
    ("notifications", "bucket-notification-configuration", "notification-configuration", {"QueueConfigurations": [
        {"Id": "q", "QueueArn": "arn:aws:sqs:us-east-1:123456789012:q", "Events": ["s3:ObjectCreated:*"],
         "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}},
    ]}),
    ("website", "bucket-website", "website-configuration", {
        "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "404.html"},
        "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"ReplaceKeyPrefixWith": "b/"}}],
    }),
    ("replication", "bucket-replication", "replication-configuration", {
        "Role": "arn:aws:iam::123456789012:role/r",
        "Rules": [{"ID": "r", "Priority": 1, "Filter": {"Prefix": ""}, "Status": "Enabled",
                   "Destination": {"Bucket": BUCKET_ARN}, "DeleteMarkerReplication": {"Status": "Disabled"}}],
    }),
    ("accelerate", "bucket-accelerate-configuration", "accelerate-configuration", {"Status": "Enabled"}),
    ("request-payment", "bucket-request-payment", "request-payment-configuration", {"Payer": "Requester"}),
]
# What R2 has, and what it has and does not let be set.
OF_R2, FIXED_IN_R2 = {"lifecycle", "cors"}, {"encryption"}
# What a server made from a description of the API has no answer for.
UNKNOWN = {"request-payment"} if os.environ.get("SETTINGS_SERVER") == "moto" else set()


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=ENVIRONMENT)
    return done.returncode, done.stdout, done.stderr


def windlass(*arguments, text=None):
    return run([WINDLASS, "settings", *arguments], text)


def aws(verb, *arguments):
    code, out, err = run([*AWS, verb, "--bucket", BUCKET, *arguments])
    assert code == 0, f"aws {verb}: {err}"
    return out


def bare(name, document):
    """Without what one side adds: wrappers, what servers fill in, the spelling of the policy."""
    if len(document) == 1 and name in document:
        document = document[name]
    if list(document) == ["Policy"]:
        document = json.loads(document["Policy"])
    document = {key: value for key, value in document.items() if key not in (
        "ResponseMetadata", "TransitionDefaultMinimumObjectSize", "RequestCharged")}
    if len(document) == 1:
        (only, inner), = document.items()
        if isinstance(inner, dict) and only.endswith(("Configuration", "Controls")):
            document = inner
    text = json.dumps(document, sort_keys=True)
    document = json.loads(text)
    for grant in document.get("Grants", []):
        grant["Grantee"].pop("DisplayName", None)
    document.get("Owner", {}).pop("DisplayName", None)
    retention = document.get("Rule", {}).get("DefaultRetention", {})
    if retention.get("Years") == 0:  # moto
        del retention["Years"]
    return document


def both_ways(name, command, argument, document):
    path = os.path.join(FOLDER, f"{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    code, _, err = windlass("set", f"s3://{BUCKET}", name, path)
    assert code == 0, f"windlass set: {err}"
    # What Windlass prints, the AWS CLI and boto3 take.
    code, printed, err = windlass("get", f"s3://{BUCKET}", name)
    assert code == 0, f"windlass get: {err}"
    assert bare(name, json.loads(printed)) == bare(name, document), printed
    with open(path, "w", encoding="utf-8") as file:
        file.write(printed)
    aws(f"put-{command}", f"--{argument}", f"file://{path}")
    put = getattr(s3, f"put_{command}".replace("-", "_"))
    parameter = {"cors-configuration": "CORSConfiguration"}.get(argument)
    parameter = parameter or "".join(word.capitalize() for word in argument.split("-"))
    put(Bucket=BUCKET, **{parameter: printed if name == "policy" else json.loads(printed)})
    # What the AWS CLI prints, Windlass takes.
    told = aws(f"get-{command}")
    assert bare(name, json.loads(told)) == bare(name, document), told
    code, out, err = windlass("set", f"s3://{BUCKET}", name, "-", "--json", text=told)
    assert code == 0 and json.loads(out)["state"] == "same", f"windlass set: {out} {err}"


def inventory_both_ways():
    """Reports are put one by one and printed as a list."""
    # moto lists the name of the element in place of the fields, and takes the deletion of a report for the bucket's.
    moto = os.environ.get("SETTINGS_SERVER") == "moto"
    fields = {} if moto else {"OptionalFields": ["Size", "ETag"]}

    def report(name, frequency):
        return {"Id": name, "IsEnabled": True, "IncludedObjectVersions": "All", "Filter": {"Prefix": "raw/"},
                "Schedule": {"Frequency": frequency}, **fields,
                "Destination": {"S3BucketDestination": {
                    "AccountId": "123456789012", "Bucket": BUCKET_ARN, "Format": "CSV", "Prefix": "reports"}}}

    def put_by_aws(document):
        path = os.path.join(FOLDER, "report.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        aws("put-bucket-inventory-configuration", "--id", document["Id"],
            "--inventory-configuration", f"file://{path}")

    def listed():
        return json.loads(aws("list-bucket-inventory-configurations"))["InventoryConfigurationList"]

    # What Windlass sends, the AWS CLI reads, and takes as Windlass prints it.
    both = [report("a", "Weekly"), report("b", "Daily")]
    code, _, err = windlass("set", f"s3://{BUCKET}", "inventory", "-",
                            text=json.dumps({"InventoryConfigurationList": both}))
    assert code == 0, f"windlass set: {err}"
    assert sorted(listed(), key=lambda each: each["Id"]) == both, listed()
    code, printed, err = windlass("get", f"s3://{BUCKET}", "inventory")
    assert code == 0, f"windlass get: {err}"
    for each in json.loads(printed)["InventoryConfigurationList"]:
        put_by_aws(each)
        s3.put_bucket_inventory_configuration(Bucket=BUCKET, Id=each["Id"], InventoryConfiguration=each)
    # What the AWS CLI sends and prints, Windlass takes.
    put_by_aws(report("c", "Weekly"))
    told = aws("list-bucket-inventory-configurations")
    code, out, err = windlass("set", f"s3://{BUCKET}", "inventory", "-", "--json", text=told)
    assert code == 0 and json.loads(out)["state"] == "same", f"windlass set: {out} {err}"
    one = aws("get-bucket-inventory-configuration", "--id", "c")
    code, out, err = windlass("set", f"s3://{BUCKET}", "inventory", "-", "--json", text=one)
    assert code == 0 and json.loads(out)["state"] == "same", f"windlass set: {out} {err}"
    if moto:
        return
    # What is not in the list is removed.
    code, _, err = windlass("set", f"s3://{BUCKET}", "inventory", "-",
                            text=json.dumps({"InventoryConfigurationList": both[:1]}))
    assert code == 0 and listed() == both[:1], f"{err} {listed()}"


def table_is_botocores():
    """What `assets/documents.txt` says of elements is what botocore's model says."""
    model = boto3.session.Session()._session.get_service_model("s3")
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "assets", "documents.txt")
    renamed = {"LifecycleConfiguration": "BucketLifecycleConfiguration"}
    shape = None
    for line in open(path, encoding="utf-8"):
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            name = line.strip()
            shape = model.shape_for(renamed.get(name, name))
            continue
        head, kind = line.strip().split(" : ")
        member, _, element = head.partition(" = ")
        assert member.endswith("!") == (member.rstrip("!") in shape.required_members), f"{shape.name}.{member}: required"
        member = member.rstrip("!")
        found, traits = shape.members[member], shape.members[member].serialization
        expected = traits.get("name", member)
        if found.type_name == "list" and not traits.get("flattened"):
            expected += "/" + found.member.serialization.get("name", "member")
        if traits.get("xmlAttribute"):
            expected = "@" + expected
        assert (element or member) == expected, f"{shape.name}.{member}: {element or member} is {expected}"
        assert kind.startswith("[") == (found.type_name == "list"), f"{shape.name}.{member}: {kind}"


def lacking(name, document):
    path = os.path.join(FOLDER, f"{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    code, _, err = windlass("set", f"s3://{BUCKET}", name, path)
    assert code == 1 and "cannot do this" in err, f"{name}: {code} {err}"
    code, out, _ = windlass(f"s3://{BUCKET}", "--json")
    rows = {row["setting"]: row["state"] for row in map(json.loads, out.splitlines())}
    assert code == 0 and rows[name] in ("lacking", "set"), f"{name}: {rows}"


table_is_botocores()
if not R2:
    # The bucket that logs go to says that they may.
    to = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
    grants = [{"Grantee": to, "Permission": permission} for permission in ("WRITE", "READ_ACP")]
    s3.create_bucket(Bucket=LOGS)
    s3.put_bucket_acl(Bucket=LOGS, AccessControlPolicy={"Grants": grants, "Owner": {"ID": OWNER}})

try:
    if R2:
        lacking("inventory", {"InventoryConfigurationList": []})
        print("ok inventory is called lacking")
    else:
        inventory_both_ways()
        print("ok inventory goes both ways")
except Exception as error:
    sys.exit(f"FAILED inventory: {type(error).__name__}: {error}")

for name, command, argument, document in DOCUMENTS:
    try:
        if R2 and name in FIXED_IN_R2:
            continue
        if R2 and name not in OF_R2:
            lacking(name, document)
            print(f"ok {name} is called lacking")
        elif name not in UNKNOWN:
            both_ways(name, command, argument, document)
            print(f"ok {name} goes both ways")
    except Exception as error:
        sys.exit(f"FAILED {name}: {type(error).__name__}: {error}")
