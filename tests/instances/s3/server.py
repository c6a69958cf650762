"""A bucket for one test: moto's server, which checks signatures as the original does.

Says "address key secret" when it is ready, then does what it is told, a line each, until its input ends:
  list         the keys of all objects, as a JSON list
  age          makes every object two days older
"""

import datetime
import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

import boto3
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

BUCKET = "desk"
MAY = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"

# Until somebody can sign, nobody has to.
nobody = {"endpoint_url": address, "aws_access_key_id": "x", "aws_secret_access_key": "x"}
boto3.client("s3", **nobody).create_bucket(Bucket=BUCKET)
iam = boto3.client("iam", **nobody)
iam.create_user(UserName="desk")
statement = {"Effect": "Allow", "Action": MAY, "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]}
policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
iam.put_user_policy(UserName="desk", PolicyName="files", PolicyDocument=policy)
key = iam.create_access_key(UserName="desk")["AccessKey"]
ActionAuthenticatorMixin.request_count = 0
settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

print(address, key["AccessKeyId"], key["SecretAccessKey"], flush=True)
for line in sys.stdin:
    [account] = [backend for backend in s3_backends.values() if BUCKET in backend["aws"].buckets]
    objects = account["aws"].buckets[BUCKET].keys
    if line.strip() == "age":
        for name in objects:
            objects[name].last_modified -= datetime.timedelta(days=2)
    print(json.dumps(sorted(objects.keys())), flush=True)
