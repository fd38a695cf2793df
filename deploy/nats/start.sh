#!/bin/sh
# Starts nats-server with the passwords of its users, which are files, in the variables that nats.conf names.
set -eu
for user in gateway scraper refresher health uploader admin; do
    name=NATS_PASSWORD_$(echo "$user" | tr '[:lower:]' '[:upper:]')
    # In a line of its own: an export would hide that a file is missing, and the user's password be empty.
    password=$(cat "${SECRETS_DIR:-/run/secrets}/nats_$user")
    export "$name=${password:?the password of $user is empty}"
done
exec nats-server --config /etc/nats/nats.conf
