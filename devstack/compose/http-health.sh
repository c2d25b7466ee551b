#!/usr/bin/env bash
# Healthy = /readyz answers 200. In bash, since starting a Python every few seconds would cost more than the check.
exec 3<>"/dev/tcp/127.0.0.1/$PORT"
printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
read -r -t 5 _ status _ <&3
[ "$status" = 200 ]
