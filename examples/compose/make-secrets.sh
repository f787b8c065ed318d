#!/bin/sh
# Makes the password of the database, and the address with it, once. Run it in this folder.
set -eu

if [ -e secrets ]; then
  echo 'secrets/ exists already: it is left as it is' >&2
  exit 1
fi

# Only you can enter the folder. In the containers, where only the files are seen, their users have other ids than yours.
mkdir -m 700 secrets
password=$(od -An -N 24 -t x1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >secrets/database-password
printf 'postgres://latchkey:%s@database:5432/latchkey' "$password" >secrets/database-url
chmod 444 secrets/database-password secrets/database-url
