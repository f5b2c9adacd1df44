#!/bin/sh
# PostgreSQL in a container: makes the databases when there are none, then becomes the server.
#
# Takes the same variables as the image `postgres` of the registry: POSTGRES_USER, POSTGRES_DB,
# POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE, POSTGRES_INITDB_ARGS, PGDATA.
set -eu
trap 'exit 143' INT TERM # the first process of a container is deaf to signals without a handler

# Made aside and renamed when complete: one that was interrupted is begun again.
make_cluster() {
    new="$PGDATA.new"
    user="${POSTGRES_USER:-postgres}"
    password="${POSTGRES_PASSWORD_FILE:-}"
    if [ -z "$password" ]; then
        password=/tmp/password
        (umask 077 && printf '%s\n' "${POSTGRES_PASSWORD:?or POSTGRES_PASSWORD_FILE is needed}" >"$password")
    fi
    rm -rf "$new"
    # shellcheck disable=SC2086 # several words
    initdb --pgdata="$new" --username="$user" --pwfile="$password" \
        --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
    rm -f /tmp/password
    printf '\nhost all all all scram-sha-256\n' >>"$new/pg_hba.conf"
    printf "listen_addresses = '*'\n" >>"$new/postgresql.conf"
    database="${POSTGRES_DB:-$user}"
    if [ "$database" != postgres ]; then
        printf 'CREATE DATABASE "%s"\n' "$database" | postgres --single -D "$new" postgres
    fi
    mv "$new" "$PGDATA"
}

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    make_cluster
fi
exec "$@"
