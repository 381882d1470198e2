# shellcheck shell=bash
# What the benches share. They expect $here, the folder bench/, and $me, the name that messages begin with.
root=$(dirname -- "${here:?}")
# shellcheck source=cluster/lib.sh
. "$root/cluster/lib.sh"

# Sets $dir to the folder of a new cluster, which ends with this script.
start_cluster() {
  need go 'install Go 1.26 or newer'
  [ -e "$root/target/quarkus-app/quarkus-run.jar" ] ||
    die 'the server is not built; build it with: mvn -B -ntp -DskipTests package' 2
  dir=$(mktemp -d)
  trap '"$root/cluster/stop" "$dir"; rm -rf "$dir"' EXIT
  trap 'exit 1' INT TERM HUP
  "$root/cluster/start" "$dir" "$@"
}

# start_lockstep NAME=VALUE...: the server with this environment, once it is ready.
start_lockstep() {
  local end=$((SECONDS + 300))
  env "$@" "$root/cluster/lockstep" "$dir" >"$dir/lockstep.out" 2>&1 &
  until [ -e "$dir/lockstep-ready" ]; do
    kill -0 $! 2>/dev/null || die "the server has ended: $(tail -n 5 "$dir/lockstep.out")"
    ((SECONDS < end)) || die 'the server is not ready after 300 s'
    sleep 0.2
  done
}

# run_bench NAME ARGUMENT...: bench/cmd/NAME.
run_bench() {
  local name=$1
  shift
  go -C "$here" run "./cmd/$name" "$@"
}
