// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/known_scores.h"

#include <utility>

#include "core/base/version.h"

namespace lathe {

namespace {

/// Before the two of each part.
constexpr std::size_t numbersOfSample = 4;

std::vector<double> numbersOf(const CellScore& score)
{
    std::vector<double> numbers{score.divergence, score.agreement, score.floatScore, score.score};
    for (const PartError& part : score.parts)
        numbers.insert(numbers.end(), {part.signalSquares, part.noiseSquares});
    return numbers;
}

CellScore scoreOf(const std::vector<double>& numbers)
{
    CellScore score{{}, numbers[0], numbers[1], numbers[2], numbers[3]};
    for (std::size_t i = numbersOfSample; i + 1 < numbers.size(); i += 2)
        score.parts.push_back({numbers[i], numbers[i + 1]});
    return score;
}

}

KnownScores::KnownScores(FigureStore& store, const std::vector<PlannedCell>& cells, const Graph& graph,
                         const Digest& data, const std::string& metric, std::size_t parts)
    : m_store(store)
    , m_numbers(numbersOfSample + 2 * parts)
{
    const Digest network = graph.digest();
    for (const PlannedCell& cell : cells) {
        m_keys.push_back(Hasher()
                             .text("cell of a sensitivity, part by part")
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
        if (known == m_known[cell].end() || known->second.size() != m_numbers)
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
