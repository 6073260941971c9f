// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/known_scores.h"

#include <utility>

#include "core/base/version.h"

namespace lathe {

namespace {

constexpr std::size_t numbersOfScore = 6;

std::vector<double> numbersOf(const CellScore& score)
{
    return {score.signalSquares, score.noiseSquares, score.divergence,
            score.agreement,     score.floatScore,   score.score};
}

CellScore scoreOf(const std::vector<double>& numbers)
{
    return {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]};
}

}

KnownScores::KnownScores(FigureStore& store, const std::vector<PlannedCell>& cells, const Graph& graph,
                         const Digest& data, const std::string& metric)
    : m_store(store)
{
    const Digest network = graph.digest();
    for (const PlannedCell& cell : cells) {
        m_keys.push_back(Hasher()
                             .text("cell of a sensitivity")
                             .text(version())
                             .digest(network)
                             .digest(data)
                             .text(metric)
                             .digest(cell.made)
                             .finish());
        m_known.push_back(store.find(m_keys.back()));
    }
}

std::int64_t KnownScores::fill(std::int64_t sample, std::vector<std::optional<CellScore>>& scores) const
{
    std::int64_t count = 0;
    for (std::size_t cell = 0; cell < m_known.size(); ++cell) {
        const auto known = m_known[cell].find(sample);
        if (known == m_known[cell].end() || known->second.size() != numbersOfScore)
            continue;
        scores[cell] = scoreOf(known->second);
        ++count;
    }
    return count;
}

void KnownScores::add(std::size_t cell, std::int64_t sample, const CellScore& score)
{
    const std::scoped_lock lock(m_mutex);
    m_fresh.push_back({m_keys[cell], sample, numbersOf(score)});
    if (std::chrono::steady_clock::now() - m_flushed >= std::chrono::seconds(1))
        flushLocked();
}

void KnownScores::flush()
{
    const std::scoped_lock lock(m_mutex);
    flushLocked();
}

void KnownScores::flushLocked()
{
    if (!m_fresh.empty())
        m_store.keep(std::exchange(m_fresh, {}));
    m_flushed = std::chrono::steady_clock::now();
}

}
