// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/choice_program.h"

#include <glpk.h>

#include <algorithm>
#include <memory>
#include <mutex>

namespace lathe {

namespace {

constexpr int maxNodes = 20000;
constexpr double relativeGap = 1e-4;

struct DeleteProblem
{
    void operator()(glp_prob* problem) const { glp_delete_prob(problem); }
};
using Problem = std::unique_ptr<glp_prob, DeleteProblem>;

/// GLPK keeps its environment in global memory where it was built without thread-local storage.
std::mutex& glpkMutex()
{
    static std::mutex mutex;
    return mutex;
}

/// GLPK counts rows, columns and entries from 1.
struct Entries
{
    std::vector<int> rows{0}, columns{0};
    std::vector<double> values{0};

    void add(int row, int column, double value)
    {
        rows.push_back(row);
        columns.push_back(column);
        values.push_back(value);
    }
};

double largestLoss(const std::vector<Item>& items)
{
    double largest = 0;
    for (const Item& item : items)
        for (const ItemChoice& choice : item)
            largest = std::max(largest, choice.loss);
    return largest > 0 ? largest : 1;
}

/// Costs enter as shares of their limit and losses as shares of the largest, so that the solver's absolute
/// tolerances mean the same for bytes and for microjoules.
Problem makeProblem(const std::vector<Item>& items, const std::vector<double>& limits)
{
    Problem problem(glp_create_prob());
    const int itemCount = static_cast<int>(items.size()), limitCount = static_cast<int>(limits.size());
    glp_set_obj_dir(problem.get(), GLP_MIN);
    glp_add_rows(problem.get(), itemCount + limitCount);
    for (int row = 1; row <= itemCount; ++row)
        glp_set_row_bnds(problem.get(), row, GLP_FX, 1, 1);
    for (int limit = 1; limit <= limitCount; ++limit)
        glp_set_row_bnds(problem.get(), itemCount + limit, GLP_UP, 0, 1);

    Entries entries;
    const double lossScale = largestLoss(items);
    for (int item = 0; item < itemCount; ++item)
        for (const ItemChoice& choice : items[static_cast<std::size_t>(item)]) {
            const int column = glp_add_cols(problem.get(), 1);
            glp_set_col_kind(problem.get(), column, GLP_BV);
            glp_set_obj_coef(problem.get(), column, choice.loss / lossScale);
            entries.add(item + 1, column, 1);
            for (std::size_t limit = 0; limit < limits.size(); ++limit)
                if (choice.costs[limit] != 0)
                    entries.add(itemCount + static_cast<int>(limit) + 1, column,
                                choice.costs[limit] / limits[limit]);
        }
    glp_load_matrix(problem.get(), static_cast<int>(entries.rows.size()) - 1, entries.rows.data(),
                    entries.columns.data(), entries.values.data());
    return problem;
}

void watchSearch(glp_tree* tree, void* info)
{
    int total = 0;
    glp_ios_tree_size(tree, nullptr, nullptr, &total);
    if (total > maxNodes || static_cast<const Control*>(info)->stopRequested())
        glp_ios_terminate(tree);
}

bool solve(glp_prob* problem, const Control& control)
{
    glp_iocp parameters;
    glp_init_iocp(&parameters);
    parameters.msg_lev = GLP_MSG_OFF;
    parameters.presolve = GLP_ON;
    parameters.mip_gap = relativeGap;
    parameters.cb_func = watchSearch;
    parameters.cb_info = const_cast<Control*>(&control);
    glp_intopt(problem, &parameters);
    const int status = glp_mip_status(problem);
    return status == GLP_OPT || status == GLP_FEAS;
}

std::vector<std::size_t> chosen(glp_prob* problem, const std::vector<Item>& items)
{
    std::vector<std::size_t> result;
    int column = 1;
    for (const Item& item : items) {
        std::size_t best = 0;
        for (std::size_t i = 0; i < item.size(); ++i)
            if (glp_mip_col_val(problem, column + static_cast<int>(i)) > 0.5)
                best = i;
        result.push_back(best);
        column += static_cast<int>(item.size());
    }
    return result;
}

bool fits(const std::vector<Item>& items, const std::vector<std::size_t>& choice,
          const std::vector<double>& limits)
{
    for (std::size_t limit = 0; limit < limits.size(); ++limit) {
        double total = 0;
        for (std::size_t i = 0; i < items.size(); ++i)
            total += items[i][choice[i]].costs[limit];
        if (total > limits[limit] * (1 + 1e-9))
            return false;
    }
    return true;
}

/// The cheapest choice of each item on one limit: no combination costs less there.
bool canFit(const std::vector<Item>& items, const std::vector<double>& limits)
{
    for (std::size_t limit = 0; limit < limits.size(); ++limit) {
        double least = 0;
        for (const Item& item : items) {
            const auto cheapest =
                std::min_element(item.begin(), item.end(), [&](const auto& a, const auto& b) {
                    return a.costs[limit] < b.costs[limit];
                });
            least += cheapest->costs[limit];
        }
        if (!(limits[limit] > 0) || least > limits[limit])
            return false;
    }
    return true;
}

/// True when `other` is no worse anywhere and better somewhere (or an equal one that stands before).
bool dominates(const ItemChoice& other, const ItemChoice& choice, bool before)
{
    bool better = other.loss < choice.loss || before;
    if (other.loss > choice.loss)
        return false;
    for (std::size_t limit = 0; limit < choice.costs.size(); ++limit) {
        if (other.costs[limit] > choice.costs[limit])
            return false;
        better = better || other.costs[limit] < choice.costs[limit];
    }
    return better;
}

/// The choices of an item that some other one does not make pointless, by index. The solver's tolerance must
/// not let a loss stand that nothing is gained by.
std::vector<std::size_t> usefulChoices(const Item& item)
{
    std::vector<std::size_t> useful;
    for (std::size_t i = 0; i < item.size(); ++i) {
        bool dominated = false;
        for (std::size_t j = 0; j < item.size() && !dominated; ++j)
            dominated = j != i && dominates(item[j], item[i], j < i);
        if (!dominated)
            useful.push_back(i);
    }
    return useful;
}

}

std::optional<std::vector<std::size_t>>
chooseLeastLoss(const std::vector<Item>& items, const std::vector<double>& limits, const Control& control)
{
    control.throwIfStopped();
    if (items.empty())
        return std::vector<std::size_t>{};
    if (!canFit(items, limits))
        return std::nullopt;
    std::vector<std::vector<std::size_t>> useful;
    std::vector<Item> reduced;
    for (const Item& item : items) {
        useful.push_back(usefulChoices(item));
        reduced.emplace_back();
        for (const std::size_t index : useful.back())
            reduced.back().push_back(item[index]);
    }
    const std::scoped_lock lock(glpkMutex());
    glp_term_out(GLP_OFF);
    const Problem problem = makeProblem(reduced, limits);
    const bool solved = solve(problem.get(), control);
    control.throwIfStopped();
    if (!solved)
        return std::nullopt;
    std::vector<std::size_t> choice = chosen(problem.get(), reduced);
    for (std::size_t i = 0; i < choice.size(); ++i)
        choice[i] = useful[i][choice[i]];
    return fits(items, choice, limits) ? std::optional(std::move(choice)) : std::nullopt;
}

}
