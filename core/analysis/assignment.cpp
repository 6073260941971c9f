// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/assignment.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>

#include "core/analysis/assignment_plans.h"
#include "core/analysis/assignment_program.h"
#include "core/base/text.h"

namespace lathe {

namespace {

/// Halvings of the interval of costs when the cheapest plan within an allowed loss is searched.
constexpr int dropSteps = 7;
/// Solutions whose true costs were above a limit before the search gives up.
constexpr int fitAttempts = 4;

std::vector<double> limitsOf(const AssignmentOptions& options)
{
    std::vector<double> limits{options.maxSizeBytes};
    for (const CostLimit& limit : options.limits)
        limits.push_back(limit.limit);
    return limits;
}

class Assigner
{
public:
    Assigner(const Graph& graph, const std::vector<Layer>& layers, const Sensitivity& sensitivity,
             const QuantPlan& base, WhatIf& whatIf, const AssignmentOptions& options, const Control& control)
        : m_start(std::chrono::steady_clock::now())
        , m_options(options)
        , m_control(control)
        , m_program(choicesOf(graph, layers, sensitivity, base, options))
        , m_plans(graph, base, whatIf, options, control)
        , m_limits(limitsOf(options))
    {
        for (const LayerChoices& layer : m_program.table())
            for (const LayerChoice& choice : layer.choices)
                if (!choice.further && choice.formats.weights && choice.formats.weights->format.isInteger())
                    m_weightBits.insert(choice.formats.weights->format.bits);
    }

    Assignment run()
    {
        m_plans.expect(expectedPlans());
        measureUniform();
        m_program.learnOverheads(m_plans.all().back().chosen, m_plans.all().back().costs);
        if (m_options.maxDrop)
            searchCheapest(costNamed(m_options.minimize));
        else
            searchBest();
        traceFronts();
        return {m_best->point,    m_plans.front(), m_uniform, static_cast<int>(m_plans.all().size()),
                m_plans.reused(), !m_cut,          m_drop};
    }

private:
    const MeasuredPlan& measure(const Chosen& chosen, std::string origin)
    {
        return m_plans.measure(m_program, chosen, std::move(origin));
    }

    /// True once the time is over and there is a plan to end with.
    bool mayEnd()
    {
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - m_start;
        const bool over = m_options.timeBudgetSeconds > 0 && taken.count() > m_options.timeBudgetSeconds;
        m_cut = m_cut || (over && m_best);
        return over && m_best;
    }

    std::optional<Chosen> solve(const std::vector<double>& limits,
                                const std::map<std::size_t, std::size_t>& forced = {}) const
    {
        return m_program.solve(limits, m_control, forced);
    }

    /// Plans that will be measured if nothing ends the search early.
    std::int64_t expectedPlans() const
    {
        const auto uniform = static_cast<std::int64_t>(std::max<std::size_t>(m_weightBits.size(), 1));
        const auto fronts = 1 + std::count_if(m_limits.begin() + 1, m_limits.end(),
                                              [](double limit) { return std::isfinite(limit); });
        return uniform + (m_options.maxDrop ? dropSteps + 1 : m_options.repairs + 1) +
               fronts * m_options.frontPoints;
    }

    void measureUniform()
    {
        for (const int bits : m_weightBits)
            m_uniform.push_back(
                measure(uniformChoice(m_program.table(), bits), "uniform " + std::to_string(bits)).point);
        if (m_weightBits.empty())
            measure(uniformChoice(m_program.table(), 32), "unchanged");
    }

    std::size_t costNamed(const std::string& id) const
    {
        std::string known = "sizeBytes";
        if (id == known)
            return 0;
        for (std::size_t i = 0; i < m_options.limits.size(); ++i) {
            if (m_options.limits[i].id == id)
                return i + 1;
            known += ", " + m_options.limits[i].id;
        }
        throw Error(ErrorCode::unknownName, "minimize", {{"kind", "cost"}, {"name", id}, {"known", known}});
    }

    /// The first limit that the cheapest plan breaks, or else no plan that keeps all of them was found.
    [[noreturn]] void failLimit() const
    {
        for (std::size_t cost = 0; cost < m_limits.size(); ++cost) {
            const double least = m_program.leastCost(cost);
            if (least <= m_limits[cost])
                continue;
            const bool size = cost == 0;
            const std::string unit = size ? " bytes" : " (" + m_options.limits[cost - 1].id + ")";
            throw Error(ErrorCode::limitNotReachable, "bit assignment",
                        {{"what", size ? "the size" : "the cost"},
                         {"limit", fixedText(m_limits[cost], size ? 0 : 4) + unit},
                         {"least", fixedText(least, size ? 0 : 4) + unit}});
        }
        throw Error(ErrorCode::limitNotReachable, "bit assignment",
                    {{"what", "the cost"}, {"limit", "all limits at once"}, {"least", "above one of them"}});
    }

    /// Remembers the plan when it is the best one so far.
    bool keepIfBetter(const MeasuredPlan& candidate)
    {
        if (!candidate.point.withinLimits || (m_best && m_best->point.sqnrDb >= candidate.point.sqnrDb))
            return false;
        keep(candidate);
        return true;
    }

    void keep(const MeasuredPlan& candidate)
    {
        m_best = candidate;
        if (m_options.best)
            m_options.best(candidate.point.plan);
    }

    /// The prediction's optimum within `limits`, which are tightened until its true costs fit into what they
    /// were; null where no combination is left, the last one tried where none fits.
    const MeasuredPlan* solveFitting(std::vector<double>& limits)
    {
        const std::vector<double> wanted = limits;
        const MeasuredPlan* measured = nullptr;
        for (int attempt = 0; attempt < fitAttempts && !mayEnd(); ++attempt) {
            const auto chosen = solve(limits);
            if (!chosen)
                break;
            measured = &measure(*chosen, "assigned");
            if (measured->point.withinLimits)
                break;
            for (std::size_t cost = 0; cost < limits.size(); ++cost)
                limits[cost] -= std::max(0.0, measured->costs[cost] - wanted[cost]);
        }
        return measured;
    }

    /// The prediction's optimum, repaired; uniform plans compete.
    void searchBest()
    {
        for (const MeasuredPlan& plan : m_plans.all())
            keepIfBetter(plan);
        std::vector<double> limits = m_limits;
        if (const MeasuredPlan* measured = solveFitting(limits))
            keepIfBetter(*measured);
        if (!m_best)
            failLimit();
        repair(limits);
    }

    /// Layers by their share of the predicted noise, largest first.
    std::vector<std::size_t> byNoise(const Chosen& chosen) const
    {
        const auto& table = m_program.table();
        std::vector<std::size_t> order(table.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return table[a].choices[chosen[a]].noise > table[b].choices[chosen[b]].noise;
        });
        return order;
    }

    /// The layer's next better choice by noise, if there is one.
    std::optional<std::size_t> better(std::size_t layer, std::size_t now) const
    {
        const auto& choices = m_program.table()[layer].choices;
        std::optional<std::size_t> next;
        for (std::size_t i = 0; i < choices.size(); ++i)
            if (choices[i].noise < choices[now].noise && (!next || choices[i].noise > choices[*next].noise))
                next = i;
        return next;
    }

    /// Gives one noisy layer after the other more bits at the cost of the others, and keeps what measures
    /// better.
    void repair(const std::vector<double>& limits)
    {
        int attempts = 0;
        bool improved = true;
        while (improved && attempts < m_options.repairs) {
            improved = false;
            const Chosen start = m_best->chosen;
            for (const std::size_t layer : byNoise(start)) {
                if (attempts >= m_options.repairs || improved || mayEnd())
                    break;
                const auto next = better(layer, start[layer]);
                const auto chosen = next ? solve(limits, {{layer, *next}}) : std::nullopt;
                if (!chosen || m_plans.isKnown(*chosen))
                    continue;
                ++attempts;
                improved = keepIfBetter(measure(*chosen, "repaired"));
            }
        }
    }

    /// The plan that costs least and whose measured loss is allowed, by halving the interval of that cost.
    void searchCheapest(std::size_t cost)
    {
        double low = m_program.leastCost(cost);
        double high = std::min(m_plans.all().back().costs[cost], m_limits[cost]);
        for (int step = 0; step <= dropSteps && !mayEnd(); ++step) {
            const double bound = step == 0 ? high : (low + high) / 2;
            std::vector<double> limits = m_limits;
            limits[cost] = bound;
            const MeasuredPlan* measured = solveFitting(limits);
            const bool fits = measured && measured->point.withinLimits;
            if (step == 0 && !fits)
                failLimit();
            const double drop = fits ? m_plans.drop(measured->point.plan) : 0;
            const bool good = fits && drop <= *m_options.maxDrop;
            if (step == 0 && !good)
                failDrop(drop);
            if (good && (!m_best || measured->costs[cost] < m_best->costs[cost])) {
                keep(*measured);
                m_drop = drop;
            }
            (good ? high : low) = bound;
        }
    }

    [[noreturn]] void failDrop(double drop) const
    {
        throw Error(ErrorCode::limitNotReachable, "bit assignment",
                    {{"what", "the loss"},
                     {"limit", fixedText(*m_options.maxDrop, 4)},
                     {"least", fixedText(drop, 4)}});
    }

    /// The front by size, and by each further cost that a limit was set on.
    void traceFronts()
    {
        for (std::size_t cost = 0; cost < m_limits.size(); ++cost)
            if (cost == 0 || std::isfinite(m_limits[cost]))
                traceFront(cost);
    }

    /// Optima at limits between the cheapest and the dearest plan.
    void traceFront(std::size_t cost)
    {
        const double low = m_program.leastCost(cost);
        double high = low;
        for (const MeasuredPlan& measured : m_plans.all())
            high = std::max(high, measured.costs[cost]);
        std::vector<double> limits(m_limits.size(), std::numeric_limits<double>::infinity());
        for (int i = 0; i < m_options.frontPoints && !mayEnd(); ++i) {
            const double share = static_cast<double>(i + 1) / (m_options.frontPoints + 1);
            limits[cost] = low * std::pow(high / low, share);
            if (const auto chosen = solve(limits))
                measure(*chosen, "assigned");
        }
    }

    std::chrono::steady_clock::time_point m_start;
    const AssignmentOptions& m_options;
    const Control& m_control;
    AssignmentProgram m_program;
    MeasuredPlans m_plans;
    std::vector<double> m_limits; ///< of the size, then the further ones
    std::set<int> m_weightBits;
    std::vector<AssignmentPoint> m_uniform;
    std::optional<MeasuredPlan> m_best;
    std::optional<double> m_drop;
    bool m_cut = false; ///< by the time budget
};

}

Assignment assignBits(const Graph& graph, const std::vector<Layer>& layers, const Sensitivity& sensitivity,
                      const QuantPlan& base, WhatIf& whatIf, const AssignmentOptions& options,
                      const Control& control)
{
    const QuantPlan byId = withLayerIds(base, layers);
    return whileDoing("assigning bits", [&] {
        return Assigner(graph, layers, sensitivity, byId, whatIf, options, control).run();
    });
}

}
