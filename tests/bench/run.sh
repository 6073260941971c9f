#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Times `tensorlathe-cli bench` against the peer, interleaved, at 1 and 2 threads; measures the cost of statistics and memory.
# Usage: tests/bench/run.sh [options of bench_against_ort.mjs]    Reports go to build/bench/ unless --out says otherwise.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
command -v node >/dev/null || { echo "run.sh: Node.js is missing; install the packages nodejs and npm" >&2; exit 1; }
"$here/../interop/install.sh"
exec node "$here/bench_against_ort.mjs" "$@"
