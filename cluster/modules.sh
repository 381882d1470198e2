# shellcheck shell=bash
# What build and node-build share: the programs of a go.mod, built once into a cache outside the tree. Sourced after lib.sh.

# The version of a module, as the go.mod in this folder has it.
version_of() { awk -v module="$2" '$1 == module && $2 ~ /^v[0-9]/ { print $2; exit }' "$1/go.mod"; }

# The packages of the tool block of the go.mod in this folder, one a line.
tools_of() { awk '/^tool \(/ { inside = 1; next } /^\)/ { inside = 0 } inside { print $1 }' "$1/go.mod"; }

# go.etcd.io/etcd/server/v3 -> etcd: what Go would call `server`.
program_of() {
  case "$1" in
  go.etcd.io/etcd/*) echo etcd ;;
  *) echo "${1##*/}" ;;
  esac
}

# The kubelet and kube-proxy are in the same module as the control plane, which needs neither.
is_of_node() {
  case "$1" in
  */kubelet | */kube-proxy) return 0 ;;
  esac
  return 1
}

# The module of a package is the longest one in go.mod that its path begins with.
module_of() {
  awk -v package="$2" 'NF >= 2 && $2 ~ /^v[0-9]/ && index(package "/", $1 "/") == 1 && length($1) > length(best) { best = $1 }
    END { print best }' "$1/go.mod"
}

# The version of the module of a package.
version_of_package() { version_of "$1" "$(module_of "$1" "$2")"; }

# Without these flags Kubernetes' programs call themselves v0.0.0-master, and clients can't parse that.
kubernetes_flags() {
  local version minor
  version=$(version_of "$1" k8s.io/kubernetes)
  minor=${version#v1.}
  minor=${minor%%.*}
  printf '%s' "-s -w -X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1" \
    " -X k8s.io/component-base/version.gitMinor=$minor -X k8s.io/component-base/version.gitTreeState=clean"
}

sha256() { if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi; }

# need_go FOLDER: the Go that the go.mod in this folder wants, and what else a build takes.
need_go() {
  local wanted found remedy
  wanted=$(awk '$1 == "go" { print $2; exit }' "$1/go.mod")
  remedy="install Go $wanted or newer (https://go.dev/dl) and put its bin folder into PATH"
  command -v go >/dev/null 2>&1 || die "Go is missing on this machine; $remedy" 2
  # Not a toolchain that Go would download by itself: which one builds is the machine's decision.
  export GOTOOLCHAIN=local GOWORK=off GOFLAGS="${GOFLAGS-} -mod=readonly"
  found=$(cd / && go env GOVERSION)
  found=${found#go}
  [ "$(printf '%s\n' "$wanted" "${found%% *}" | sort -V | head -n 1)" = "$wanted" ] ||
    die "Go $found ($(command -v go)) is too old; $remedy" 2
  need flock 'install the package util-linux'
  need setsid 'install the package util-linux'
}

builder=

# begin_build TARGET: one at a time builds into a folder. Sets $log, and $part, which finish_build makes the target.
begin_build() {
  mkdir -p "${1%/*}"
  exec 9>"$1.lock"
  if ! flock -n 9; then
    say 'somebody else is building the same; waiting for that'
    flock 9
  fi
  log=$1.log
  part=$1.part
  # With the compilers and linkers that Go has started.
  trap '[ -z "$builder" ] || kill -- "-$builder" 2>/dev/null || true' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# step DESCRIPTION FOLDER COMMAND...: runs it there, its output into the log, with a sign of life every minute.
step() {
  local what=$1 folder=$2 start=$SECONDS next=60 code=0
  shift 2
  (cd "$folder" && exec setsid "$@") </dev/null >>"$log" 2>&1 9>&- &
  builder=$!
  while kill -0 "$builder" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - start >= next)); then
      say "$what: $((SECONDS - start)) s so far"
      next=$((next + 60))
    fi
  done
  wait "$builder" || code=$?
  builder=
  ((code == 0)) && return
  say "$what failed (exit code $code); the last lines of $log:"
  tail -n 20 "$log" | sed 's/^/    /' >&2
  exit 1
}
