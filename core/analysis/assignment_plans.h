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
    /// As frontOf().
    std::vector<AssignmentPoint> front() const;
    /// Plans whose figures the store knew.
    int reused() const { return m_reused; }
    /// Loss of a plan as `AssignmentOptions::drop` measures it, unless the store knows it.
    double drop(const QuantPlan& plan);

private:
    const MeasuredPlan* find(const Chosen& chosen) const;
    std::vector<double> costsOf(const WhatIfResult& result, const AssignmentProgram& program,
                                const Chosen& chosen) const;
    bool fits(const std::vector<double>& costs) const;
    /// Size, costs, then output SQNR, agreement and its interval.
    std::vector<double> numbersOf(const QuantPlan& plan, const AssignmentProgram& program,
                                  const Chosen& chosen);
    Digest keyOf(std::string_view kind, const QuantPlan& plan) const;
    /// What the store has under a key, where that are `count` numbers. Throws Error{stopped}.
    std::optional<std::vector<double>> recall(const Digest& key, std::size_t count) const;
    void keep(const Digest& key, std::vector<double> numbers);

    const Graph& m_graph;
    const QuantPlan& m_base;
    WhatIf& m_whatIf;
    const AssignmentOptions& m_options;
    const Control& m_control;
    std::deque<MeasuredPlan> m_plans;
    std::int64_t m_expected = 0;
    int m_reused = 0;
};

}
