#!/bin/sh
# A PostgreSQL server for the runs of MLflow and for sweeps, with the databases `mlflow` and `sweep` of the user
# `figureground`. Made where there is none yet; PostgreSQL refuses to run as root.
#
#   PASSWORD=... HOST=0.0.0.0 PORT=5432 deploy/postgresql.sh FOLDER
set -eu
: "${PASSWORD:?of the database}"
folder=${1:?usage: deploy/postgresql.sh FOLDER}
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1) # Debian keeps them off the path
PATH=${programs:+$programs:}$PATH

if [ ! -e "$folder/ready" ]; then
    umask 077
    mkdir -p "$folder"
    rm -rf "$folder/cluster"
    echo "$PASSWORD" >"$folder/password"
    initdb --pgdata="$folder/cluster" --username=figureground --auth=scram-sha-256 --pwfile="$folder/password" >&2
    rm "$folder/password"
    echo "host all all all scram-sha-256" >>"$folder/cluster/pg_hba.conf"
    for name in mlflow sweep; do
        echo "CREATE DATABASE $name" | postgres --single -D "$folder/cluster" postgres >&2
    done
    touch "$folder/ready"
fi
exec postgres -D "$folder/cluster" -k "$folder" -h "${HOST:-127.0.0.1}" -p "${PORT:-5432}"
