// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/figure_store.h"

namespace lathe::test {

/// Figures in memory, which outlive the work that measured them.
class MemoryFigures : public FigureStore
{
public:
    BySample find(const Digest& of) override { return m_figures[of]; }
    void keep(std::vector<Entry> entries) override
    {
        for (Entry& entry : entries)
            m_figures[entry.of][entry.sample] = std::move(entry.numbers);
    }

private:
    std::map<Digest, BySample> m_figures;
};

}
