// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/assignment_plans.h"

#include <algorithm>
#include <cmath>

#include "core/quant/apply.h"

namespace lathe {

namespace {

/// Sums of figures may differ from a limit in their last digits.
constexpr double roundingSlack = 1e-9;

/// `counted`: which costs somebody asked about; `before`: whether the other one was measured first.
bool beats(const MeasuredPlan& other, const MeasuredPlan& plan, const std::vector<bool>& counted, bool before)
{
    if (other.point.sqnrDb < plan.point.sqnrDb)
        return false;
    bool better = before || other.point.sqnrDb > plan.point.sqnrDb;
    for (std::size_t cost = 0; cost < plan.costs.size(); ++cost) {
        if (!counted[cost])
            continue;
        if (other.costs[cost] > plan.costs[cost])
            return false;
        better = better || other.costs[cost] < plan.costs[cost];
    }
    return better;
}

}

MeasuredPlans::MeasuredPlans(const Graph& graph, const QuantPlan& base, WhatIf& whatIf,
                             const AssignmentOptions& options, const Control& control)
    : m_graph(graph)
    , m_base(base)
    , m_whatIf(whatIf)
    , m_options(options)
    , m_control(control)
{
}

const MeasuredPlan* MeasuredPlans::find(const Chosen& chosen) const
{
    const auto found =
        std::find_if(m_plans.begin(), m_plans.end(), [&](const auto& plan) { return plan.chosen == chosen; });
    return found == m_plans.end() ? nullptr : &*found;
}

bool MeasuredPlans::isKnown(const Chosen& chosen) const
{
    return find(chosen);
}

std::vector<double> MeasuredPlans::costsOf(const WhatIfResult& result, const AssignmentProgram& program,
                                           const Chosen& chosen) const
{
    std::vector<double> costs{static_cast<double>(result.sizeBytes)};
    const bool needsGraph = std::any_of(m_options.limits.begin(), m_options.limits.end(),
                                        [](const CostLimit& limit) { return limit.total != nullptr; });
    Graph applied;
    if (needsGraph)
        applied = applyEncodings(m_graph, result.resolved->encodings, result.resolved->codes);
    for (const CostLimit& limit : m_options.limits) {
        double sum = 0;
        if (!limit.total)
            for (std::size_t i = 0; i < chosen.size(); ++i)
                sum += program.table()[i].choices[chosen[i]].costs[costs.size()];
        costs.push_back(limit.total ? limit.total(applied) : sum);
    }
    return costs;
}

bool MeasuredPlans::fits(const std::vector<double>& costs) const
{
    bool fitting = costs.front() <= m_options.maxSizeBytes;
    for (std::size_t i = 0; i < m_options.limits.size(); ++i)
        fitting = fitting && costs[i + 1] <= m_options.limits[i].limit * (1 + roundingSlack);
    return fitting;
}

const MeasuredPlan& MeasuredPlans::measure(const AssignmentProgram& program, const Chosen& chosen,
                                           std::string origin)
{
    if (const MeasuredPlan* known = find(chosen))
        return *known;
    MeasuredPlan measured{chosen, {}, {}};
    AssignmentPoint& point = measured.point;
    point.plan = planWith(m_base, program.table(), chosen);
    if (m_options.legal)
        point.plan = m_options.legal(point.plan);
    point.origin = std::move(origin);
    const auto result = m_whatIf.update(point.plan, m_control);
    measured.costs = costsOf(*result, program, chosen);
    point.sizeBytes = result->sizeBytes;
    point.costs.assign(measured.costs.begin() + 1, measured.costs.end());
    point.predictedSqnrDb = predictedSqnrDb(program.table(), chosen);
    point.sqnrDb = result->outputSqnrDb;
    point.agreement = result->agreement;
    point.agreementLow = result->agreementLow;
    point.agreementHigh = result->agreementHigh;
    point.withinLimits = fits(measured.costs);
    m_plans.push_back(std::move(measured));
    const auto done = static_cast<std::int64_t>(m_plans.size());
    m_control.progress(done, std::max(done, m_expected), "measuring plans");
    if (m_options.measured)
        m_options.measured(m_plans.back().point);
    return m_plans.back();
}

std::vector<AssignmentPoint> MeasuredPlans::front() const
{
    std::vector<bool> counted{true};
    for (const CostLimit& limit : m_options.limits)
        counted.push_back(std::isfinite(limit.limit) || limit.id == m_options.minimize);
    std::vector<AssignmentPoint> front;
    for (std::size_t i = 0; i < m_plans.size(); ++i) {
        bool beaten = false;
        for (std::size_t j = 0; j < m_plans.size() && !beaten; ++j)
            beaten = j != i && beats(m_plans[j], m_plans[i], counted, j < i);
        if (!beaten)
            front.push_back(m_plans[i].point);
    }
    std::stable_sort(front.begin(), front.end(), [](const AssignmentPoint& a, const AssignmentPoint& b) {
        return std::pair(a.sizeBytes, a.sqnrDb) < std::pair(b.sizeBytes, b.sqnrDb);
    });
    return front;
}

}
