#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the peer runtime (a test tool) into build/interop, outside the source tree. Quiet when it is there already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here/../../build/interop}
mkdir -p "$target"
if cmp -s "$here/package.json" "$target/package.json" && [ -d "$target/node_modules/onnxruntime-node" ]; then exit 0; fi
command -v npm >/dev/null || { echo "install.sh: npm is missing; install the packages nodejs and npm" >&2; exit 1; }
cp "$here/package.json" "$target/package.json"
# The package's post-install script only fetches GPU parts; the CPU library is inside the package.
(cd "$target" && npm install --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error)
