// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/analysis/assignment_program.h"

namespace lathe {

/// A plan of the search with all of its costs: its size, then those of the further limits.
struct MeasuredPlan
{
    Chosen chosen;
    AssignmentPoint point;
    std::vector<double> costs;
};

/// The plans that a search has measured on the probe set, each once.
class MeasuredPlans
{
public:
    MeasuredPlans(const Graph& graph, const QuantPlan& base, WhatIf& whatIf, const AssignmentOptions& options,
                  const Control& control);

    /// Measures the plan of `chosen`, unless it is known. References stay good.
    const MeasuredPlan& measure(const AssignmentProgram& program, const Chosen& chosen, std::string origin);
    /// How many plans will be measured at about; for progress alone.
    void expect(std::int64_t plans) { m_expected = plans; }
    bool isKnown(const Chosen& chosen) const;
    const std::deque<MeasuredPlan>& all() const { return m_plans; }
    /// Those that no other one beats: no larger, no dearer in anything that is limited or minimised, and
    /// better. By size.
    std::vector<AssignmentPoint> front() const;

private:
    const MeasuredPlan* find(const Chosen& chosen) const;
    std::vector<double> costsOf(const WhatIfResult& result, const AssignmentProgram& program,
                                const Chosen& chosen) const;
    bool fits(const std::vector<double>& costs) const;

    const Graph& m_graph;
    const QuantPlan& m_base;
    WhatIf& m_whatIf;
    const AssignmentOptions& m_options;
    const Control& m_control;
    std::deque<MeasuredPlan> m_plans;
    std::int64_t m_expected = 0;
};

}
