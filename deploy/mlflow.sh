#!/bin/sh
# An MLflow server that keeps runs and the registry in PostgreSQL, pictures and models in S3. Where the project is
# installed with the extras `train` and `cluster`:
#
#   DATABASE=postgresql://figureground:PASSWORD@db/mlflow ARTIFACTS=s3://bucket/mlflow HOST=0.0.0.0 deploy/mlflow.sh
#
# The keys for S3, and AWS_ENDPOINT_URL where it is not Amazon's, come from the environment or ~/.aws. Clients need
# neither, only MLFLOW_TRACKING_URI=http://THIS-HOST:5000. MLflow answers to local and private addresses; a name of this
# host has to be told it by MLFLOW_SERVER_ALLOWED_HOSTS.
set -eu
: "${DATABASE:?as postgresql://figureground:PASSWORD@db/mlflow}"
: "${ARTIFACTS:?as s3://bucket/mlflow}"
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false # seven processes for features of language models
exec mlflow server --backend-store-uri "postgresql+psycopg://${DATABASE#*://}" --artifacts-destination "$ARTIFACTS" \
    --host "${HOST:-127.0.0.1}" --port "${PORT:-5000}" --workers "${WORKERS:-2}"
