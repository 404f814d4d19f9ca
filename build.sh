#!/usr/bin/env bash
# Builds, runs, tests and packs PipeProxy. `./build.sh --help` says what there is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly image=pipeproxy:dev
readonly public_base=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
readonly local_base=pipeproxy/base:local
readonly binary=artifacts/pipeproxy

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build servers left behind would keep pipes open and a script that waits for them would never end.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

usage() {
  cat <<'TEXT'
usage: ./build.sh COMMAND [OPTIONS]

  run       build, start three demo backends and the proxy in front of them, say what to try;
            Ctrl-C ends all of them. Needs no Docker.
              --smoke       make one round of requests, print the answers, end (exit 0 when all were right)
              -- FLAGS      further flags for the proxy
  test      everything: format, unit and wire tests, the native binary, the image, the end-to-end
            tests of short length. Ends with `N passed, N failed`.
  e2e       the end-to-end tests at full length (builds the image first)
              --filter EXPR only tests that match (as `dotnet test --filter`)
  bench     the microbenchmarks
              -- ARGS       for BenchmarkDotNet, for example: -- --filter '*Parser*'
  publish   the native binary: artifacts/pipeproxy
  image     the container image pipeproxy:dev
              --base IMAGE  build on this image (default: the public base; where that cannot be
                            pulled, a base made of the libraries of this machine)

Needs the .NET SDK of global.json; publish and image need gcc as well, image and e2e a Docker Engine.
TEXT
}

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

# ---- what must be there -------------------------------------------------------------------------

need_dotnet() {
  local wanted
  wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json)
  command -v dotnet >/dev/null ||
    fail "the .NET SDK is missing: install $wanted or a later 10.0 one (https://dotnet.microsoft.com/download/dotnet/10.0), then run this again"
  dotnet --version >/dev/null 2>&1 ||
    fail "no installed .NET SDK satisfies global.json, which wants $wanted or a later 10.0 one (https://dotnet.microsoft.com/download/dotnet/10.0); installed: $(dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' ')"
}

# The native compiler of .NET brings its own back end but links with the system's C tool chain.
need_linker() {
  if ! has_linker; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      say "installing gcc, binutils and the C library's headers"
      apt-get update -q >/dev/null
      DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends gcc libc6-dev binutils zlib1g-dev >/dev/null
    fi
    has_linker ||
      fail "the native binary is linked with gcc, which is missing or incomplete: install gcc, binutils, libc6-dev and zlib1g-dev (Debian, Ubuntu) or gcc, binutils, glibc-devel and zlib-devel (Fedora)"
  fi
}

has_linker() {
  command -v gcc >/dev/null && command -v objcopy >/dev/null &&
    printf 'int main(void) { return 0; }\n' | gcc -x c -o /dev/null - 2>/dev/null
}

# Prints why Docker cannot be used; prints nothing when it can.
docker_trouble() {
  if ! command -v docker >/dev/null; then
    say "the docker client is not installed"
  elif ! docker version >/dev/null 2>&1; then
    say "no Docker Engine answers (docker version fails)"
  elif ! docker compose version >/dev/null 2>&1 && ! command -v docker-compose >/dev/null; then
    say "neither the compose plugin of docker nor docker-compose is installed"
  fi
}

need_docker() {
  local trouble
  trouble=$(docker_trouble)
  [ -z "$trouble" ] || fail "$trouble"
}

# ---- publish ------------------------------------------------------------------------------------

runtime_id() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) say linux-x64 ;;
    Linux-aarch64 | Linux-arm64) say linux-arm64 ;;
    *) fail "the native binary is built for Linux on x86_64 or aarch64; this is $(uname -s) on $(uname -m)" ;;
  esac
}

publish() {
  need_dotnet
  need_linker
  if published; then
    say "$binary is newer than the sources: kept"
  else
    step "native binary"
    rm -rf artifacts/publish
    dotnet publish src/PipeProxy -c Release -r "$(runtime_id)" -nologo -v quiet \
      -p:PublishAot=true -p:CppCompilerAndLinker=gcc -o artifacts/publish
    mv -f artifacts/publish/pipeproxy "$binary"
  fi
  say "$binary: $(size_of "$binary") bytes"
}

published() {
  [ -x "$binary" ] &&
    [ -z "$(find src Directory.Build.props Directory.Packages.props global.json build.sh \
      -name bin -prune -o -name obj -prune -o -type f -newer "$binary" -print -quit)" ]
}

size_of() { stat -c %s "$1"; }

# ---- image --------------------------------------------------------------------------------------

image() {
  local base=""
  while [ $# -gt 0 ]; do
    case "$1" in
      --base) base=${2:?--base needs the name of an image}; shift 2 ;;
      *) fail "image does not know '$1' (see --help)" ;;
    esac
  done
  need_docker
  publish
  step "image"
  [ -n "$base" ] || base=$(choose_base)
  docker build -f docker/Dockerfile -t "$image" --build-arg BASE="$base" \
    --build-arg VERSION="$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)" \
    --build-arg REVISION="$(git rev-parse HEAD 2>/dev/null || say unknown)" . >artifacts/image.log 2>&1 ||
    { cat artifacts/image.log >&2; fail "docker build failed"; }
  say "$image on $base: $(docker image inspect -f '{{.Size}}' "$image") bytes"
}

choose_base() {
  if docker image inspect "$public_base" >/dev/null 2>&1 || timeout 60 docker pull -q "$public_base" >/dev/null 2>&1; then
    say "$public_base"
  else
    say "$public_base cannot be pulled: making $local_base of this machine's libraries" >&2
    docker/make-base "$binary" "$local_base" >&2
    say "$local_base"
  fi
}

# ---- test ---------------------------------------------------------------------------------------

test_all() {
  need_dotnet
  rm -rf artifacts/test-results
  local failed=0

  step "format"
  dotnet format whitespace --folder --verify-no-changes . || failed=1

  step "build"
  if ! dotnet build PipeProxy.sln -c Release -nologo -v quiet; then
    summary 1
    return 1
  fi

  step "unit and wire tests"
  local project
  for project in tests/*.Tests; do
    test_project "$project" minimal || failed=1
  done

  local trouble
  trouble=$(docker_trouble)
  # As a process of its own each, so that it stops at its first error although we go on.
  if [ -z "$trouble" ]; then
    ./build.sh image || failed=1
  else
    ./build.sh publish || failed=1
    if [ -n "${CI:-}" ]; then
      say "FAILED: the Docker tests cannot run: $trouble"
      failed=1
    else
      say "SKIPPED: the Docker tests: $trouble"
    fi
  fi

  step "end-to-end tests"
  test_project tests/PipeProxy.EndToEnd detailed --filter 'Length!=Full' || failed=1
  summary "$failed"
}

e2e() {
  need_dotnet
  need_docker
  local failed=0
  rm -rf artifacts/test-results
  image
  step "end-to-end tests, full length"
  dotnet build tests/PipeProxy.EndToEnd -c Release -nologo -v quiet
  test_project tests/PipeProxy.EndToEnd detailed "$@" || failed=1
  summary "$failed"
}

# Arguments: project folder, how much to print (minimal, normal, detailed), further arguments of
# `dotnet test`. The project is built already. A test that hangs is named, and ends the project's run.
test_project() {
  local project=$1 verbosity=$2
  shift 2
  dotnet test "$project" -c Release --no-build -nologo -v quiet --logger "console;verbosity=$verbosity" \
    --logger "trx;LogFileName=$(basename "$project").trx" --results-directory artifacts/test-results \
    --blame-hang-timeout 6m --blame-hang-dump-type none "$@"
}

# Sums the result files; 1 as argument says that a step failed which may have no test to its name.
summary() {
  local failed_step=$1 passed=0 failed=0 skipped=0 file counters
  for file in artifacts/test-results/*.trx; do
    [ -e "$file" ] || continue
    counters=$(grep -o '<Counters [^>]*>' "$file" | tail -n 1)
    passed=$((passed + $(counter passed)))
    failed=$((failed + $(counter failed) + $(counter error) + $(counter timeout) + $(counter aborted)))
    skipped=$((skipped + $(counter total) - $(counter executed)))
  done
  [ "$failed_step" = 0 ] || [ "$failed" != 0 ] || failed=1
  [ $((passed + failed)) != 0 ] || failed=1
  say ""
  say "$passed passed, $failed failed$([ "$skipped" = 0 ] || printf ', %s skipped' "$skipped")"
  [ "$failed" = 0 ]
}

# Reads one number of $counters, which belongs to summary.
counter() {
  local value
  value=$(sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters")
  say "${value:-0}"
}

# ---- bench --------------------------------------------------------------------------------------

bench() {
  need_dotnet
  [ "${1:-}" != -- ] || shift
  [ $# -gt 0 ] || set -- --filter '*'
  dotnet run --project bench/PipeProxy.Microbench -c Release -- --artifacts artifacts/benchmarks "$@"
}

# ---- run ----------------------------------------------------------------------------------------

run() {
  local smoke=0
  while [ $# -gt 0 ]; do
    case "$1" in
      --smoke) smoke=1; shift ;;
      --) shift; break ;;
      *) fail "run does not know '$1'; flags for the proxy come after -- (see --help)" ;;
    esac
  done
  need_dotnet
  step "build"
  dotnet build src/PipeProxy -c Release -nologo -v quiet
  dotnet build tests/PipeProxy.DemoBackend -c Release -nologo -v quiet

  run_dir=$(mktemp -d)
  trap stop_all EXIT
  trap 'exit 0' INT TERM

  local name flags=() urls=() url
  for name in one two three; do
    tests/PipeProxy.DemoBackend/bin/Release/net10.0/demo-backend --name "$name" >"$run_dir/$name.log" 2>&1 &
    run_pids+=($!)
  done
  for name in one two three; do
    url=$(await_line "$run_dir/$name.log" 's/^listening on \(http:.*\)$/\1/p')
    urls+=("$url")
    flags+=(--backend "$url")
  done

  local port=8000 admin pid
  while :; do
    port=$(free_port "$port")
    admin=$(free_port $((port + 80)))
    src/PipeProxy/bin/Release/net10.0/pipeproxy --entrypoints.web.address=":$port" \
      --entrypoints.traefik.address="127.0.0.1:$admin" --api.insecure --status.socket="$run_dir/status.sock" \
      "${flags[@]}" --sticky StickySessionCookie "$@" &
    pid=$!
    if await_port "$port" "$pid" && await_port "$admin" "$pid"; then break; fi
    local code=0
    wait "$pid" || code=$?
    # 69: somebody else took the port in the meantime.
    if [ "$code" != 69 ] || [ "$port" -gt 8100 ]; then
      fail "the proxy ended with exit code $code before it listened on :$port"
    fi
    port=$((port + 1))
  done
  run_pids=("$pid" "${run_pids[@]}")

  if [ "$smoke" = 1 ]; then
    smoke_round "$port" "$admin"
    return
  fi
  cat <<TEXT

PipeProxy listens on http://localhost:$port and shares requests among
  ${urls[*]}
Try
  curl -i http://localhost:$port/                     a new backend each time, and the cookie that would keep you on one
  curl -c jar -b jar http://localhost:$port/          again and again: the same backend
  curl -N http://localhost:$port/stream               an answer in pieces
  curl -d hello http://localhost:$port/echo           what you send comes back
  curl 'http://localhost:$port/sleep?ms=500'          a slow answer
  curl http://localhost:$admin/api/rawdata            what the proxy knows
Ctrl-C ends everything.
TEXT
  wait "$pid"
}

run_pids=()
run_dir=""

# The proxy first and alone, so that what is under way finishes on live backends.
stop_all() {
  trap - EXIT
  local pid
  for pid in "${run_pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$run_dir"
}

# Arguments: file, sed program that prints the wanted part. Waits up to 30 s for a line that matches.
await_line() {
  local found
  for _ in $(seq 300); do
    found=$(sed -n "$2" "$1" | head -n 1)
    if [ -n "$found" ]; then
      say "$found"
      return
    fi
    sleep 0.1
  done
  cat "$1" >&2
  fail "a demo backend did not start within 30 s"
}

# Arguments: port, process. Waits up to 30 s until the port accepts; fails when the process ends first.
await_port() {
  for _ in $(seq 300); do
    kill -0 "$2" 2>/dev/null || return 1
    if port_open "$1"; then return 0; fi
    sleep 0.1
  done
  return 1
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port=$1
  while port_open "$port"; do port=$((port + 1)); done
  say "$port"
}

# Arguments: port, admin port. Three requests without a cookie, three with the one received, the admin's ping.
smoke_round() {
  local port=$1 admin=$2 answer seen="" kept="" cookie=""
  for _ in 1 2 3; do
    answer=$(http_get "$port" /)
    seen+="$(backend_of "$answer") "
    cookie=$(sed -n 's/^[Ss]et-[Cc]ookie: \(StickySessionCookie=[0-9a-f]*\).*/\1/p' <<<"$answer")
  done
  for _ in 1 2 3; do
    kept+="$(backend_of "$(http_get "$port" / "$cookie")") "
  done
  say "without a cookie: $seen"
  say "with $cookie: $kept"
  say "ping: $(http_get "$admin" /ping | tail -n 1)"
  [ "$(tr ' ' '\n' <<<"$seen" | sort -u | grep -c .)" = 3 ] || fail "three requests should reach three backends, not: $seen"
  [ "$(tr ' ' '\n' <<<"$kept" | sort -u | grep -c .)" = 1 ] || fail "the cookie should keep a client on one backend, not: $kept"
}

# Arguments: port, path, cookie or nothing. Prints head and body without carriage returns.
http_get() {
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\n%sConnection: close\r\n\r\n' "$2" "${3:+Cookie: $3$'\r\n'}" >&3
  timeout 10 cat <&3 | tr -d '\r'
  exec 3>&-
}

backend_of() { sed -n 's/^[Xx]-[Bb]ackend: //p' <<<"$1"; }

# -------------------------------------------------------------------------------------------------

mkdir -p artifacts
command=${1:---help}
[ $# = 0 ] || shift
case "$command" in
  run) run "$@" ;;
  test) test_all "$@" ;;
  e2e) e2e "$@" ;;
  bench) bench "$@" ;;
  publish) publish "$@" ;;
  image) image "$@" ;;
  -h | --help | help) usage ;;
  *)
    usage >&2
    fail "there is no command '$command'"
    ;;
esac
