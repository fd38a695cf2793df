#!/bin/sh
# Makes the passwords of a Wellspring installation, one file each, in ./secrets or the folder named.
# What is there already is kept, so it is safe to run again, and after an upgrade that brings a new one.
#
# The folder opens for you alone. The files in it can be read by everybody who gets that far, because a
# container sees a single file of it and runs as another user than you.
set -eu

folder=${1:-secrets}
names='postgres postgres_gateway postgres_refresher postgres_health postgres_uploader postgres_admin
postgres_monitor nats_gateway nats_scraper nats_refresher nats_health nats_uploader nats_admin
admin_password grafana_admin_password'

mkdir -p "$folder"
chmod 700 "$folder"
made=0
for name in $names; do
    file=$folder/$name
    if [ -s "$file" ]; then
        continue
    fi
    # A letter in front: nats-server reads a variable as a value, and 1e9 would be a number.
    secret=w$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
    if [ ${#secret} -ne 49 ]; then
        echo "no random numbers could be read from /dev/urandom" >&2
        exit 1
    fi
    rm -f "$file.new" # what an earlier run that was stopped may have left, and nobody may write
    (umask 333 && printf '%s\n' "$secret" >"$file.new")
    mv -f "$file.new" "$file"
    made=$((made + 1))
done
echo "$made secrets made in $folder, the others kept"
echo "sign in with the password in $folder/admin_password"
