#!/bin/sh
# Secrets come as files and reach botctl where it looks for them; statuses go to Compose as it reads
# them: `restart: on-failure` must not start again what a person has to mend (2, 70, 77, 78).
set -eu
secrets=${SECRETS_DIRECTORY:-/run/secrets}

if [ -r "$secrets/postgres_password" ]; then
    BOTCTL_STORAGE__URL="postgresql://botctl:$(cat "$secrets/postgres_password")@postgres/botctl"
    export BOTCTL_STORAGE__URL
fi
if [ "${1:-}" = serve ] && [ -r "$secrets/metrics_token" ]; then
    BOTCTL_WEB__METRICS_TOKEN=$(cat "$secrets/metrics_token")
    export BOTCTL_WEB__METRICS_TOKEN
fi

# Descriptor 3 is where `wallet.passphrase_from = "fd"` reads.
if [ -r "$secrets/passphrase" ]; then
    botctl "$@" 3<"$secrets/passphrase" &
else
    botctl "$@" &
fi
child=$!
trap 'kill -TERM "$child" 2>/dev/null || true' TERM INT

# A signal ends `wait` early: the child is waited for until it has really ended.
status=0
wait "$child" || status=$?
while kill -0 "$child" 2>/dev/null; do
    status=0
    wait "$child" || status=$?
done

# Only for what Compose would start again: of a check or an upgrade the status is the answer.
case "${1:-} $status" in
    run\ 2 | run\ 7[078] | serve\ 2 | serve\ 7[078] | chat\ 2 | chat\ 7[078])
        echo "botctl ended with status $status: a person must look; it is not started again" >&2
        exit 0
        ;;
esac
exit "$status"
