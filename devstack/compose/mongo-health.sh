#!/usr/bin/env bash
# Healthy = primary of its own replica set. A mongosh call costs 2 s of processor time, so it is asked until it has
# once said yes (the answer is stored on disk, a restart keeps it); from then on an open port is enough.
if [ -e /tmp/primary ]; then
  : 3<>/dev/tcp/127.0.0.1/27017
  exit
fi
mongosh --quiet --username root --password "$MONGO_INITDB_ROOT_PASSWORD" --eval '
  try {
    quit(rs.status().myState === 1 ? 0 : 1)
  } catch (error) {
    rs.initiate({ _id: "rs0", members: [{ _id: 0, host: process.env.MONGO_MEMBER }] })
    quit(1)
  }' && touch /tmp/primary
