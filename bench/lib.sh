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

# start_lockstep [--OPTION...] [NAME=VALUE...]: the chart and its server, with these options of cluster/lockstep and this
# environment, once it is ready.
start_lockstep() {
  local end=$((SECONDS + 300)) options=() variables=() each
  for each; do
    case "$each" in --*) options+=("$each") ;; *) variables+=("$each") ;; esac
  done
  env ${variables[@]+"${variables[@]}"} "$root/cluster/lockstep" "$dir" ${options[@]+"${options[@]}"} \
    >"$dir/lockstep.out" 2>&1 &
  until [ -e "$dir/lockstep-ready" ]; do
    kill -0 $! 2>/dev/null || die "the server has ended: $(tail -n 5 "$dir/lockstep.out")"
    ((SECONDS < end)) || die 'the server is not ready after 300 s'
    sleep 0.2
  done
}

# The memory that a server believes it has: what the chart's limit gives it. Empty: what its cgroup has.
memory=512m

# Sets $jdk25 to a JDK 25.
need_jdk25() {
  local candidate
  jdk25=
  for candidate in "${LOCKSTEP_JDK-}" "${JAVA_HOME-}" /usr/lib/jvm/*; do
    if [ -x "$candidate/bin/java" ] && grep -q '^JAVA_VERSION="25[."]' "$candidate/release" 2>/dev/null; then
      jdk25=$candidate
      return
    fi
  done
  die 'a JDK 25 is missing on this machine; install one, and name its folder in LOCKSTEP_JDK' 2
}

# As the Dockerfile does it: target/quarkus-aot, and its cache in target/lockstep.aot.
build_aot() {
  say 'building the server once more, with its AOT cache'
  (
    cd "$root"
    mvn -B -ntp -q -DskipTests -Dquarkus.package.jar.type=aot-jar -Dquarkus.package.output-directory=quarkus-aot package
    javac --release 17 -d target/training image/Training.java
    cp image/java.options target/quarkus-aot/
    rm -f target/lockstep.aot
    cd target/quarkus-aot
    PATH=$jdk25/bin:$PATH "$jdk25/bin/java" -cp ../training Training "$root/target/lockstep.aot"
  ) >"$dir/aot.log" 2>&1 || die "no AOT cache: $(tail -n 5 "$dir/aot.log")"
}

# contestant NAME: sets $contestant_env and $contestant_options to run jdk17, jdk25 or jdk25-aot as the image runs it.
contestant() {
  local options="@$root/image/java.options${memory:+ -XX:MaxRAM=$memory}"
  contestant_options=()
  case "$1" in
  jdk17) contestant_env=() ;;
  jdk25 | jdk25-aot) contestant_env=("JAVA_HOME=$jdk25") ;;
  *) die "unknown contestant $1" ;;
  esac
  contestant_env+=(MALLOC_ARENA_MAX=2)
  case "$1" in *-aot)
    options+=" -XX:AOTCache=$root/target/lockstep.aot"
    contestant_options=("--app=$root/target/quarkus-aot")
    ;;
  esac
  contestant_env+=("JDK_JAVA_OPTIONS=$options")
}

# start_replica NAME ENV...: one more server, of the contestant of that name, once it is ready: lockstep-NAME-ready.
start_replica() {
  local name=$1
  shift
  contestant "$name"
  run_replica "$name" "${contestant_env[@]}" "$@" ${contestant_options[@]+"${contestant_options[@]}"}
}

# run_replica NAME [NAME=VALUE...] [--OPTION...]: one more server, with these options of cluster/lockstep.
run_replica() {
  local name=$1 end=$((SECONDS + 300)) options=() variables=() each
  shift
  for each; do
    case "$each" in --*) options+=("$each") ;; *) variables+=("$each") ;; esac
  done
  env ${variables[@]+"${variables[@]}"} "$root/cluster/lockstep" "$dir" --replica="$name" --certificates=secret \
    ${options[@]+"${options[@]}"} >"$dir/lockstep-$name.out" 2>&1 &
  until [ -e "$dir/lockstep-$name-ready" ]; do
    kill -0 $! 2>/dev/null || die "$name has ended: $(tail -n 5 "$dir/lockstep-$name.out")"
    ((SECONDS < end)) || die "$name is not ready after 300 s"
    sleep 0.2
  done
}

# run_bench NAME ARGUMENT...: bench/cmd/NAME.
run_bench() {
  local name=$1
  shift
  go -C "$here" run "./cmd/$name" "$@"
}
