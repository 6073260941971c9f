# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by run.sh and test.sh; sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# as_root COMMAND...: directly for root, with sudo for anybody else.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# missing_packages ROLE...: the packages of these roles in dependencies.txt that are not there, one a line.
missing_packages() {
    local role package command wanted=()
    while read -r role package _; do
        [[ " $* " == *" $role "* ]] || continue
        if [[ $package == *:* ]]; then
            command=${package#*:}
            command -v "$command" >/dev/null && continue
            package=${package%%:*}
        fi
        wanted+=("$package")
    done < <(grep -v '^#' "$root/packaging/dependencies.txt")
    [ ${#wanted[@]} -gt 0 ] || return 0
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
            sed -n 's/^installed //p' | sort -u)
}

# run_quietly LOG COMMAND...: shows the output only when the command fails.
run_quietly() {
    local log=$1
    shift
    if ! "$@" >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        die "Failed: $*
The whole output is in $log"
    fi
}

# install_dependencies ROLE...: installs what is missing, and says nothing when nothing is.
install_dependencies() {
    local missing
    command -v apt-get >/dev/null || {
        say "This is not a Debian system: the libraries of packaging/dependencies.txt must already be there."
        return 0
    }
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || die "Packages are missing and there is no sudo. Run as root:
  apt-get install ${missing[*]}"
    say "Installing what is missing (${#missing[@]}): ${missing[*]}"
    mkdir -p "$root/build"
    run_quietly "$root/build/apt-update.log" as_root apt-get update -q
    run_quietly "$root/build/apt-install.log" as_root apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# build_release [-D options...] -- [targets...]: configures and builds; on a terminal the progress is shown.
build_release() {
    local options=() targets=() build
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    [ $# -eq 0 ] || targets=(--target "$@")
    build=(cmake --build --preset release -j "$(jobs_that_fit)" "${targets[@]}")
    mkdir -p "$root/build"
    cd "$root"
    [ -x build/release/app/tensorlathe ] || say "Building; the first time takes some minutes."
    run_quietly build/configure.log cmake --preset release "${options[@]}"
    if [ -t 1 ]; then
        "${build[@]}" || die "The build failed."
    else
        run_quietly build/build.log "${build[@]}"
    fi
    cd "$OLDPWD"
}

# One compiler a core, but no more than memory holds (about 1.5 GiB each).
jobs_that_fit() {
    local cores by_memory
    cores=$(nproc)
    by_memory=$(awk '/^MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo)
    [ "$by_memory" -ge 1 ] || by_memory=1
    if [ "$by_memory" -lt "$cores" ]; then echo "$by_memory"; else echo "$cores"; fi
}
