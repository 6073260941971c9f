// SPDX-License-Identifier: GPL-3.0-or-later
// The report as Markdown.
import { geometricMean } from './timing.mjs';

const ms = (value) => value.toFixed(3);
const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);

function timingTable(title, rows) {
  const lines = [`## ${title}`, '', '| model | ours, ms (least / median) | peer, ms (least / median) | ratio of least | ratio of medians |', '| --- | ---: | ---: | ---: | ---: |'];
  for (const r of rows) {
    lines.push(r.error ? `| ${r.model} | | | ${r.error.replaceAll('|', '/')} | |`
      : `| ${r.model}${r.convolutional ? '' : ' (no convolutional network)'} | ${ms(r.ours.minMs)} / ${ms(r.ours.medianMs)} | ${ms(r.peer.minMs)} / ${ms(r.peer.medianMs)} | ${r.ratio.toFixed(2)} | ${r.medianRatio.toFixed(2)} |`);
  }
  const good = rows.filter((r) => !r.error && r.convolutional);
  if (good.length > 0) {
    const mean = (key) => geometricMean(good.map((r) => r[key])).toFixed(2);
    lines.push(`| **geometric mean, ${good.length} convolutional models** | | | **${mean('ratio')}** | **${mean('medianRatio')}** |`);
    const slow = good.filter((r) => r.peer.minMs > 2);
    if (slow.length > 0) lines.push(`| least ratio of those over 2 ms | | | ${Math.min(...slow.map((r) => r.ratio)).toFixed(2)} | ${Math.min(...slow.map((r) => r.medianRatio)).toFixed(2)} |`);
  }
  return [...lines, ''];
}

function ownRatios(results) {
  const lines = [];
  for (const r of results.filter((x) => x.precision === 'integer' && x.float)) lines.push(`| ${r.model} | ${r.threads} | ${(r.float.minMs / r.ours.minMs).toFixed(2)} |`);
  return lines.length > 0 ? ['## Integer against our own float', '', '| model | threads | float time / integer time |', '| --- | ---: | ---: |', ...lines, ''] : [];
}

function statisticsTable(statistics) {
  if (!statistics) return [];
  const row = (name, f) => `| ${name} | ${f.minSeconds.toFixed(3)} / ${f.medianSeconds.toFixed(3)} | ${f.ratio ? `${f.ratio.toFixed(2)} / ${f.medianRatio.toFixed(2)}` : ''} |`;
  return [`## Statistics: ${statistics.images} images of MobileNetV2, one worker`, '', '| | seconds (least / median) | over plain inference |', '| --- | ---: | ---: |',
    row('plain inference', statistics.plain), row('every element in histograms', statistics.everyElement), row('a seeded quarter in histograms', statistics.aQuarter), ''];
}

function memoryTable(results) {
  const rows = results.filter((r) => !r.error && r.precision === 'float' && r.threads === 1 && r.memory.forecastPeakBytes);
  if (rows.length === 0) return [];
  const needed = (m) => m.weightBytes + m.arenaBytes;
  return ['## Memory, 1 thread', '', '| model | forecast, MiB | peak, MiB | forecast / peak | arena, MiB | weights, MiB | peak / (weights + arena) |', '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(({ model, memory: m }) => `| ${model} | ${mib(m.forecastPeakBytes)} | ${mib(m.peakRssBytes)} | ${(m.forecastPeakBytes / m.peakRssBytes).toFixed(2)} | ${mib(m.arenaBytes)} | ${mib(m.weightBytes)} | ${(m.peakRssBytes / needed(m)).toFixed(2)} |`), ''];
}

function growthTable(growth) {
  if (!growth) return [];
  return ['## Memory over many samples', '', '| model | peak after 10 runs, MiB | after 1,000, MiB |', '| --- | ---: | ---: |',
    ...growth.map((g) => `| ${g.model} | ${mib(g.fewBytes)} | ${mib(g.manyBytes)} |`), ''];
}

export function markdown(results, statistics, growth, options) {
  const lines = ['# Benchmark against ONNX Runtime 1.30 (level `all`)', '',
    `${options.rounds} alternating blocks of runs, batch 1. Ratio = the peer's time over ours: above 1, ours is faster.`, ''];
  for (const precision of new Set(results.map((r) => r.precision)))
    for (const threads of options.threadCounts) {
      const rows = results.filter((r) => r.precision === precision && r.threads === threads);
      lines.push(...timingTable(`${precision}, ${threads} thread${threads === 1 ? '' : 's'}`, rows));
    }
  return [...lines, ...ownRatios(results), ...statisticsTable(statistics), ...memoryTable(results), ...growthTable(growth)].join('\n');
}
