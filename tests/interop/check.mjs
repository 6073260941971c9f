// SPDX-License-Identifier: GPL-3.0-or-later
// What every test script here shares: skipping, reporting, and running our program.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { loadPeer, repoDir } from './peer.mjs';
import { assetsDir } from './models.mjs';

/** ctest's SKIP_RETURN_CODE of these tests. */
export const SKIPPED = 77;

/** Ends the script as skipped. */
export function skip(reason) {
  process.stdout.write(`SKIP: ${reason}\n`);
  process.exit(SKIPPED);
}

/** The peer, or the end of the script. */
export function peerOrSkip() {
  return loadPeer() ?? skip('onnxruntime-node is not installed; run tests/interop/install.sh');
}

/** The shared test material, or the end of the script. */
export function assetsOrSkip() {
  return assetsDir() ?? skip('the shared test material is missing; set LATHE_SHARED_DIR');
}

/** Path of tensorlathe-cli: LATHE_CLI, else the release build. */
export function cliPath() {
  const candidates = [process.env.LATHE_CLI, path.join(repoDir, 'build/release/app/tensorlathe-cli'), path.join(repoDir, 'build/release/bin/tensorlathe-cli')];
  return candidates.find((p) => p && fs.existsSync(p)) ?? null;
}

/** tensorlathe-cli, or the end of the script. */
export function cliOrSkip() {
  return cliPath() ?? skip('tensorlathe-cli is not built; set LATHE_CLI');
}

/** Runs `tensorlathe-cli ARGS --json` and returns its document; throws with its message where it fails. */
export function cli(program, args, { threads = 1 } = {}) {
  const result = spawnSync(program, [...args, '--json', '--quiet', '--threads', String(threads)], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    const message = result.stderr.trim().split('\n').pop() || result.stdout.trim();
    throw Object.assign(new Error(`tensorlathe-cli ${args[0]} ended with ${result.status ?? result.signal}: ${message}`), { status: result.status });
  }
  return JSON.parse(result.stdout);
}

/** Collects named results and prints them; `finish` sets the exit status. */
export class Report {
  constructor() {
    Object.assign(this, { passed: 0, failed: 0 });
  }

  check(name, ok, detail = '') {
    if (ok) ++this.passed;
    else ++this.failed;
    process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name}${detail ? `: ${detail}` : ''}\n`);
    return ok;
  }

  /** Runs `body`; an exception is a failure of that name, with its message. */
  async guard(name, body) {
    try {
      return await body();
    } catch (error) {
      this.check(name, false, error.message);
      return undefined;
    }
  }

  finish() {
    process.stdout.write(`${this.passed} passed, ${this.failed} failed\n`);
    process.exitCode = this.failed > 0 || this.passed === 0 ? 1 : 0;
  }
}
