// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "core/analysis/figure_store.h"
#include "core/analysis/sensitivity_cells.h"
#include "core/analysis/sensitivity_figures.h"
#include "core/graph/graph.h"

namespace lathe {

/// The scores of a sweep's cells that a store knows, and the new ones on their way there. Thread-safe but for
/// the constructor.
class KnownScores
{
public:
    /// Reads what is known of `cells`, which must outlive this, as `graph` and the samples of `data` give it,
    /// for so many watched parts of the output.
    KnownScores(FigureStore& store, const std::vector<PlannedCell>& cells, const Graph& graph,
                const Digest& data, const std::string& metric, std::size_t parts);

    /// Sets what is known of a sample, by cell; returns how many that are.
    std::int64_t fill(std::int64_t sample, std::vector<std::optional<CellScore>>& scores) const;
    /// Takes a new score, and hands all of them to the store where the last time is a second ago.
    void add(std::size_t cell, std::int64_t sample, const CellScore& score);
    /// Hands the rest to the store.
    void flush();

private:
    void flushLocked();

    FigureStore& m_store;
    std::size_t m_numbers; ///< of a score
    std::vector<Digest> m_keys;                 ///< by cell
    std::vector<FigureStore::BySample> m_known; ///< by cell
    std::mutex m_mutex;
    std::vector<FigureStore::Entry> m_fresh;
    std::chrono::steady_clock::time_point m_flushed = std::chrono::steady_clock::now();
};

}
