#!/usr/bin/env bash
# Runs the tests of S3 against a real server of it: moto, in a virtual environment of its own, with signatures checked.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
venv=$root/target/s3-test
moto='moto[server]==5.2.5'
if [ "$(cat "$venv/installed" 2>/dev/null)" != "$moto" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$moto"
    # The mark that all went well comes last.
    echo "$moto" >"$venv/installed"
fi

# The first five requests, which make a user and a bucket, need no signature; every later one does.
INITIAL_NO_AUTH_ACTION_COUNT=5 "$venv/bin/moto_server" -H 127.0.0.1 -p 0 >"$venv/log" 2>&1 &
server=$!
trap 'kill "$server"' EXIT
endpoint=
for _ in $(seq 100); do
    endpoint=$(grep -om1 'http://127[0-9.]*:[0-9]*' "$venv/log" || true)
    [ -z "$endpoint" ] || break
    kill -0 "$server"
    sleep 0.2
done

keys=$("$venv/bin/python" - "$endpoint" <<'PYTHON'
import json, sys
import boto3

def client(service, key="none", secret="none"):
    return boto3.client(service, endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret)

iam = client("iam")
iam.create_user(UserName="made-up-gate")
everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_user_policy(UserName="made-up-gate", PolicyName="all", PolicyDocument=json.dumps(everything))
key = iam.create_access_key(UserName="made-up-gate")["AccessKey"]
client("s3").create_bucket(Bucket="made-up-city")
client("s3").put_object(Bucket="made-up-city", Key="health/newest.snapshot", Body=b"made up")
# From here on the server wants signatures, ours included.
large = bytes((i * 2654435761 & 0xFFFFFFFF) >> 24 for i in range(650000))
own = client("s3", key["AccessKeyId"], key["SecretAccessKey"])
own.put_object(Bucket="made-up-city", Key="health/status/west/7.status", Body=large)
print(key["AccessKeyId"], key["SecretAccessKey"])
PYTHON
)
read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY <<<"$keys"
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
cd "$root"
export POSTERN_S3_TEST=$endpoint
cargo test -p postern-transport --test s3
AWS_ENDPOINT_URL=$endpoint AWS_REGION=us-east-1 AWS_ALLOW_HTTP=true cargo test -p postern-auditor --test archive s3::
