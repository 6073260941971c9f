#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds a release and runs every fast test. With CI=true, warnings are errors.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_dependencies build run test
if [ "${CI:-}" = true ]; then
    build_release -DLATHE_WERROR=ON --
else
    build_release --
fi

if ! "$root/tests/interop/install.sh" >"$root/build/interop.log" 2>&1; then
    say "ONNX Runtime could not be fetched (build/interop.log says why): the tests that need it are skipped."
fi

cd "$root"
exec ctest --preset release -j "$(nproc)" "$@"
