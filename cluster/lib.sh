# shellcheck shell=bash
# What the programs beside this file and ../demo share. Sourcing it starts nothing.
# It expects $me, the name that messages begin with, and from supervisors $logs, the folder of the logs.
: "${me:?}"

say() { printf '%s: %s\n' "$me" "$*" >&2; }

# die MESSAGE [EXIT-CODE]. 2 stands for: something is missing on this machine.
die() {
  say "$1"
  exit "${2:-1}"
}

# need PROGRAM REMEDY
need() { command -v "$1" >/dev/null 2>&1 || die "$1 is missing on this machine; $2" 2; }

need_root() {
  [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] ||
    die 'a real node needs root on Linux: network, mounts and processes of its own' 2
}

# need_packages CHECK-ONLY 'PROGRAM-OR-FILE PACKAGE'...: installs the Debian packages of what is missing where it may.
need_packages() {
  local check_only=$1 item program packages=()
  shift
  for item in "$@"; do
    program=${item%% *}
    if [ -e "$program" ] || command -v "$program" >/dev/null 2>&1; then continue; fi
    packages+=("${item#* }")
  done
  ((${#packages[@]})) || return 0
  if [ -z "$check_only" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing ${packages[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
      -o DPkg::Lock::Timeout=300 "${packages[@]}"; } </dev/null >&2 && return
  fi
  die "missing on this machine: ${packages[*]}; install these packages" 2
}

need_supervision() {
  # `wait -n` and associative arrays.
  ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 403)) ||
    die "bash ${BASH_VERSION} is too old; install bash 4.3 or newer" 2
  need openssl 'install the package openssl'
  need flock 'install the package util-linux'
  need setsid 'install the package util-linux'
}

# Sets $java to one that can run the server.
need_java() {
  local found
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  found=$("$java" -version 2>&1) || die "Java is missing on this machine ($java); install a JDK 17 or newer" 2
  found=$(sed -n 's/.* version "\([0-9]*\).*/\1/p' <<<"$found" | head -n 1)
  ((${found:-0} >= 17)) || die "Java ${found:-of unknown version} ($java) is too old; install a JDK 17 or newer" 2
}

cache_dir() { printf '%s\n' "${LOCKSTEP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lockstep}"; }

# A port that nobody listens on. It lies below the range of outgoing connections (from 32768 on Linux), which could
# take it between this look and the bind; whoever binds it must still be ready to ask for another one.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s\n' "$port"
}

# --- One supervisor and its children ---------------------------------------------------------------------------------

children=() # names, in the order in which they were started
declare -A child_pid=() child_log=()
watchdog=

can_die_with_parent() { setpriv --pdeathsig KILL true 2>/dev/null; }

# launch NAME LOG COMMAND...: starts a child that can't outlive this shell, not even after kill -9.
# It gets a session of its own, so that a Ctrl-C reaches the supervisor alone and everything stops in order.
launch() {
  local name=$1 log=$2
  shift 2
  if can_die_with_parent; then
    # The kernel sends the signal only for a death that comes after the request for it: hence the look at the parent.
    # shellcheck disable=SC2016
    setpriv --pdeathsig KILL setsid sh -c '[ "$PPID" = "$1" ] || exit 1; shift; exec "$@"' sh "$$" "$@" \
      </dev/null >"$log" 2>&1 &
    child_pid[$name]=$!
  else
    setsid "$@" </dev/null >"$log" 2>&1 &
    child_pid[$name]=$!
    watch_over_children
  fi
  child_log[$name]=$log
  children+=("$name")
}

# stop_at_eof: the end of standard input ends this shell as SIGTERM does. One process, so that nothing else is left of it.
stop_at_eof() {
  # shellcheck disable=SC2016
  local code='while read -r _; do :; done; kill -TERM "$PPID"'
  exec 3<&0
  if can_die_with_parent; then
    setpriv --pdeathsig KILL sh -c "$code" <&3 >/dev/null 2>&1 3<&- &
  else
    sh -c "$code" <&3 >/dev/null 2>&1 3<&- &
  fi
  exec 3<&-
  child_pid[stdin]=$!
  child_log[stdin]=/dev/null
  children+=(stdin)
}

# Where setpriv is missing (it is Linux only), a process of its own looks every second whether we are still there.
watch_over_children() {
  [ -z "$watchdog" ] || kill -KILL "$watchdog" 2>/dev/null || true
  (
    trap '' INT TERM HUP
    while kill -0 "$$" 2>/dev/null; do sleep 1; done
    kill -KILL "${child_pid[@]}"
  ) </dev/null >/dev/null 2>&1 &
  watchdog=$!
  disown "$watchdog"
}

is_alive() { kill -0 "${child_pid[$1]}" 2>/dev/null; }

# forget NAME: a child that has ended and is going to be started anew.
forget() {
  local name kept=()
  wait "${child_pid[$1]}" 2>/dev/null || true
  unset "child_pid[$1]" "child_log[$1]"
  for name in "${children[@]}"; do [ "$name" = "$1" ] || kept+=("$name"); done
  children=(${kept[@]+"${kept[@]}"})
}

# Ends this shell with the reason if a child has ended.
all_alive() {
  local name code=0
  for name in ${children[@]+"${children[@]}"}; do
    is_alive "$name" && continue
    wait "${child_pid[$name]}" || code=$?
    # A supervisor among the children has said it all by itself.
    say "$name has ended (exit code $code); the last lines of ${child_log[$name]}:"
    tail -n 20 "${child_log[$name]}" | sed 's/^/    /' >&2
    exit 1
  done
}

# wait_until SECONDS WHAT COMMAND...: until the command succeeds, as long as all children live.
wait_until() {
  local seconds=$1 what=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    all_alive
    ((SECONDS < end)) || die "$what is not there after $seconds s; the logs are in ${logs:?}"
    sleep 0.1
  done
}

# Asks all children to end, the youngest first, and kills what is left after SECONDS.
stop_children() {
  local name i tries=$(($1 * 20)) busy
  [ -z "$watchdog" ] || kill -KILL "$watchdog" 2>/dev/null || true
  for ((i = ${#children[@]} - 1; i >= 0; i--)); do kill -TERM "${child_pid[${children[i]}]}" 2>/dev/null || true; done
  while ((tries-- > 0)); do
    busy=
    for name in ${children[@]+"${children[@]}"}; do ! is_alive "$name" || busy=yes; done
    [ -n "$busy" ] || break
    sleep 0.05
  done
  for name in ${children[@]+"${children[@]}"}; do kill -KILL "${child_pid[$name]}" 2>/dev/null || true; done
  # Not to be told by the shell who was killed.
  wait 2>/dev/null
}

# --- Folders that belong to a supervisor -----------------------------------------------------------------------------
# A supervisor locks NAME.lock in its folder, and its children inherit the lock: it is free when nothing is left of them.

# hold_lock FILE: false if somebody else holds it.
hold_lock() {
  exec 9>>"$1"
  flock -n 9
}

is_locked() { [ -e "$1" ] && ! flock -n "$1" true; }

# stop_supervisor DIR NAME: ends the supervisor of DIR/NAME.lock with all that it started, if there is one.
stop_supervisor() {
  local lock=$1/$2.lock signal pid tries
  for signal in TERM KILL; do
    is_locked "$lock" || return 0
    if [ "$signal" = TERM ]; then
      pid=$(cat "$1/$2.pid" 2>/dev/null) || continue
      kill -TERM "$pid" 2>/dev/null || true
    else
      # Half dead: whoever still has the lock goes, whatever it is.
      lock_holders "$lock" | while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done
    fi
    for ((tries = 100; tries > 0; tries--)); do
      is_locked "$lock" || return 0
      sleep 0.1
    done
  done
  die "something still holds $lock; find it with: fuser $lock"
}

# The processes that have a file open; in /proc, because fuser and lsof are often not installed.
lock_holders() {
  local fd pid
  for fd in /proc/[0-9]*/fd/*; do
    [ "$fd" -ef "$1" ] || continue
    pid=${fd#/proc/}
    printf '%s\n' "${pid%%/*}"
  done | sort -u
}
