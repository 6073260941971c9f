// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/assignment_plans.h"

#include <algorithm>
#include <cmath>

#include "core/quant/apply.h"

namespace lathe {

namespace {

/// Sums of figures may differ from a limit in their last digits.
constexpr double roundingSlack = 1e-9;
/// Output SQNR, agreement and its interval.
constexpr int figuresOfPlan = 4;

/// `before`: whether the other one was measured first.
bool beats(const AssignmentPoint& other, const AssignmentPoint& point, const std::vector<bool>& counted,
           bool before)
{
    if (other.sqnrDb < point.sqnrDb)
        return false;
    bool better = before || other.sqnrDb > point.sqnrDb;
    for (std::size_t cost = 0; cost < counted.size(); ++cost) {
        if (!counted[cost])
            continue;
        const auto of = [cost](const AssignmentPoint& one) {
            return cost == 0 ? static_cast<double>(one.sizeBytes) : one.costs[cost - 1];
        };
        if (of(other) > of(point))
            return false;
        better = better || of(other) < of(point);
    }
    return better;
}

}

std::vector<bool> countedCosts(const AssignmentOptions& options)
{
    std::vector<bool> counted{true};
    for (const CostLimit& limit : options.limits)
        counted.push_back(std::isfinite(limit.limit) || limit.id == options.minimize);
    return counted;
}

std::vector<AssignmentPoint> frontOf(const std::vector<AssignmentPoint>& measured,
                                     const std::vector<bool>& counted)
{
    std::vector<AssignmentPoint> front;
    for (std::size_t i = 0; i < measured.size(); ++i) {
        bool beaten = false;
        for (std::size_t j = 0; j < measured.size() && !beaten; ++j)
            beaten = j != i && beats(measured[j], measured[i], counted, j < i);
        if (!beaten)
            front.push_back(measured[i]);
    }
    std::stable_sort(front.begin(), front.end(), [](const AssignmentPoint& a, const AssignmentPoint& b) {
        return std::pair(a.sizeBytes, a.sqnrDb) < std::pair(b.sizeBytes, b.sqnrDb);
    });
    return front;
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
    const std::vector<double> numbers = numbersOf(point.plan, program, chosen);
    const auto figures = numbers.end() - figuresOfPlan;
    measured.costs.assign(numbers.begin(), figures);
    point.sizeBytes = static_cast<std::int64_t>(numbers.front());
    point.costs.assign(numbers.begin() + 1, figures);
    point.predictedSqnrDb = predictedSqnrDb(program.table(), chosen);
    point.sqnrDb = figures[0];
    point.agreement = figures[1];
    point.agreementLow = figures[2];
    point.agreementHigh = figures[3];
    point.withinLimits = fits(measured.costs);
    m_plans.push_back(std::move(measured));
    const auto done = static_cast<std::int64_t>(m_plans.size());
    m_control.progress(done, std::max(done, m_expected), "measuring plans");
    if (m_options.measured)
        m_options.measured(m_plans.back().point);
    return m_plans.back();
}

std::vector<double> MeasuredPlans::numbersOf(const QuantPlan& plan, const AssignmentProgram& program,
                                             const Chosen& chosen)
{
    const Digest key = keyOf("figures of a plan before a last Softmax", plan);
    if (auto known = recall(key, 1 + m_options.limits.size() + figuresOfPlan)) {
        ++m_reused;
        return *known;
    }
    const auto result = m_whatIf.update(plan, m_control);
    std::vector<double> numbers = costsOf(*result, program, chosen);
    numbers.insert(numbers.end(),
                   {result->outputSqnrDb, result->agreement, result->agreementLow, result->agreementHigh});
    keep(key, numbers);
    return numbers;
}

double MeasuredPlans::drop(const QuantPlan& plan)
{
    const Digest key = keyOf("loss of a plan", plan);
    if (const auto known = recall(key, 1))
        return known->front();
    const double loss = m_options.drop(plan, m_control);
    keep(key, {loss});
    return loss;
}

Digest MeasuredPlans::keyOf(std::string_view kind, const QuantPlan& plan) const
{
    return Hasher().text(kind).digest(m_options.subject).digest(plan.digest()).finish();
}

std::optional<std::vector<double>> MeasuredPlans::recall(const Digest& key, std::size_t count) const
{
    m_control.throwIfStopped();
    if (!m_options.store)
        return std::nullopt;
    FigureStore::BySample known = m_options.store->find(key);
    const auto found = known.find(0);
    return found != known.end() && found->second.size() == count ? std::optional(std::move(found->second))
                                                                 : std::nullopt;
}

void MeasuredPlans::keep(const Digest& key, std::vector<double> numbers)
{
    if (m_options.store)
        m_options.store->keep({{key, 0, std::move(numbers)}});
}

std::vector<AssignmentPoint> MeasuredPlans::front() const
{
    std::vector<AssignmentPoint> points;
    for (const MeasuredPlan& plan : m_plans)
        points.push_back(plan.point);
    return frontOf(points, countedCosts(m_options));
}

}
