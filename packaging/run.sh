#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds a release and opens the window on the sample project. Where there is no display, does
# the sample's whole job on the command line instead and leaves the results in ./out. Arguments go to the window.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_dependencies build run
build_release -- tensorlathe tensorlathe-cli
programs=$root/build/release/app

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    if [ $# -eq 0 ]; then set -- --sample; fi
    exec "$programs/tensorlathe" "$@"
fi

say "There is no display, so the sample's job runs without a window."
out=$PWD/out
model=$root/resources/sample/glyphs.onnx
data=$root/resources/sample/dataset.json
mkdir -p "$out"

step() {
    say "- $1" >&2
    shift
    "$programs/tensorlathe-cli" --quiet "$@" || die "Failed: tensorlathe-cli $*"
}

# A passphrase of this run's own: the key is a sample, and nobody is there to type one.
passphrase=$out/sample-key.passphrase
if [ ! -s "$passphrase" ] || [ ! -s "$out/sample-key.pem" ]; then
    rm -f "$out/sample-key.pem" "$out/sample-key.pub.pem"
    (umask 077 && head -c 24 /dev/urandom | base64 >"$passphrase")
fi

step "calibrating on the sample images" calibrate "$model" --data "$data" -o "$out/sample.lathe"
step "quantizing to 8 bits" quantize "$out/sample.lathe" -o "$out/sample.int8.onnx" \
    --weights int8 --activations uint8 --granularity channel --method mse
step "validating the exported model against the float model" \
    --json validate "$out/sample.lathe" --data "$data" --quantized "$out/sample.int8.onnx" >"$out/validation.json"
if [ ! -s "$out/sample-key.pem" ]; then
    step "making a signing key" key generate -o "$out/sample-key.pem" --passphrase-file "$passphrase"
fi
step "signing the bundle" bundle create "$out/sample.lathe" -o "$out/sample.lathebundle" \
    --key "$out/sample-key.pem" --passphrase-file "$passphrase"
step "verifying the bundle" bundle verify "$out/sample.lathebundle" --key "$out/sample-key.pub.pem"

for file in sample.int8.onnx validation.json sample.lathebundle sample.lathe; do
    [ -s "$out/$file" ] || die "$out/$file was not written."
done
say ""
say "Done. The results are in $out:"
say "  sample.int8.onnx      the exported model, for ONNX Runtime"
say "  validation.json       what it loses, with 95 % intervals"
say "  sample.lathebundle    the signed bundle (key: sample-key.pem, sample-key.pub.pem)"
say "  sample.lathe          the project, to open in the window"
