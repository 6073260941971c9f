// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/algorithms/output_error.h"
#include "core/algorithms/searched_grid.h"
#include "core/base/ordered.h"
#include "core/quant/plan_slots.h"
#include "core/runtime/replay.h"

namespace lathe {

namespace {

constexpr std::int64_t recordedBytes = std::int64_t{256} << 20; ///< of one worker

std::vector<Option> rangesOptions()
{
    return {{.id = "grids",
             .label = "Grids searched",
             .help = "Those that alone cost the outputs most",
             .kind = Option::Kind::integer,
             .minimum = 1,
             .maximum = 100000,
             .defaultValue = 24},
            {.id = "rounds",
             .label = "Rounds",
             .help = "From the second on with finer steps",
             .kind = Option::Kind::integer,
             .minimum = 1,
             .maximum = 100,
             .defaultValue = 2},
            {.id = "probes",
             .label = "Samples that rank the grids",
             .kind = Option::Kind::integer,
             .minimum = 1,
             .maximum = 100000,
             .defaultValue = 8}};
}

class RangeSearch
{
public:
    RangeSearch(QuantState& state, const AlgorithmContext& context)
        : m_state(state)
        , m_context(context)
        , m_quiet(context.control.stopToken())
        , m_workers(context.workers > 0 ? context.workers : hardwareThreads())
        , m_error(state.graph, context.training, context.workers, m_quiet)
        , m_grids(searchedGrids(state, context))
    {
        CompileOptions options = observable();
        const Graph graph = withConstants(state.graph, state.biases);
        options.points = planSlots(findPoints(graph, findLayers(graph), context.rules));
        m_program = Program::compile(graph, options, m_quiet);
        m_clear = m_program->defaultBinding().cleared().withPrecision(Precision::simulated);
        std::map<int, SlotSetting> settings;
        for (int slot = 0; slot < static_cast<int>(m_program->allSlots().size()); ++slot)
            settings[slot] =
                planSetting(m_program->allSlots()[static_cast<std::size_t>(slot)], state.resolved);
        m_binding = m_clear.with(settings);
        std::erase_if(m_grids, [&](const SearchedGrid& grid) {
            return std::any_of(grid.points.begin(), grid.points.end(), [&](const std::string& point) {
                return m_program->findSlot(point, Slot::Kind::activation) < 0;
            });
        });
    }

    std::vector<LayerNote> run()
    {
        if (m_grids.empty())
            return {{"", 0, 0, "no grid of activations has a range to choose"}};
        const auto option = [&](const char* id) {
            return static_cast<std::size_t>(optionValue(rangesOptions(), m_context.options, id));
        };
        std::vector<std::size_t> order = ranked(static_cast<std::int64_t>(option("probes")));
        order.resize(std::min(order.size(), option("grids")));
        const std::vector<std::map<std::string, Range>> methods = rangesOfMethods();
        const std::size_t rounds = option("rounds");
        for (std::size_t round = 0; round < rounds; ++round)
            for (std::size_t i = 0; i < order.size(); ++i) {
                SearchedGrid& grid = m_grids[order[i]];
                search(grid, round == 0 ? wideRanges(grid, methods) : scaledRanges(grid, {0.9F, 1.1F}));
                m_context.control.progress(static_cast<std::int64_t>(round * order.size() + i + 1),
                                           static_cast<std::int64_t>(rounds * order.size()), "ranges");
            }
        return std::move(m_notes);
    }

private:
    int firstStep(const std::map<int, SlotSetting>& settings) const
    {
        int first = m_program->stepCount();
        for (const auto& [slot, setting] : settings)
            first = std::min(first, m_program->writtenBy(slot));
        return std::max(first, 0);
    }

    std::map<int, SlotSetting> presentSettings(const SearchedGrid& grid) const
    {
        return settingsOf(*m_program, grid, {grid.encoding, {}});
    }

    /// A run that differs from `base` by some settings.
    struct Variant
    {
        Binding binding;
        int step = 0;
    };

    /// The SQNR of the outputs of each variant over the first samples; the first one, where it is asked for,
    /// is that of `base` itself.
    std::vector<double> measure(const Binding& base, const std::vector<Variant>& variants,
                                std::int64_t samples, const Replay& replay) const
    {
        std::vector<PartErrors> totals(variants.size() + 1);
        std::vector<std::unique_ptr<Execution>> executions(static_cast<std::size_t>(m_workers));
        parallelOrdered(
            samples, m_workers, m_quiet,
            [&](std::int64_t index, int worker) {
                auto& execution = executions[static_cast<std::size_t>(worker)];
                if (!execution)
                    execution = std::make_unique<Execution>(m_program);
                const TensorMap inputs = m_context.training.load(index);
                TensorMap values;
                const WatchedOutputs::Values before =
                    m_error.watched().of(*m_program, [&](const TapMap& taps) {
                        return replay.record(*execution, inputs, base, m_quiet, values, taps);
                    });
                std::vector<PartErrors> found{m_error.errors(index, before)};
                for (const Variant& variant : variants) {
                    const auto run = [&](const TapMap& taps) {
                        return replay.run(*execution, variant.step, inputs, values, variant.binding, m_quiet,
                                          taps);
                    };
                    found.push_back(m_error.errors(index, m_error.watched().of(*m_program, run, before)));
                }
                return found;
            },
            [&](std::int64_t, const std::vector<PartErrors>& found) {
                for (std::size_t v = 0; v < found.size(); ++v)
                    add(totals[v], found[v]);
            });
        std::vector<double> decibels;
        for (const PartErrors& parts : totals)
            decibels.push_back(sqnrDb(parts));
        return decibels;
    }

    /// By what each grid alone does to the outputs of the float model, worst first.
    std::vector<std::size_t> ranked(std::int64_t probes) const
    {
        std::vector<double> decibels;
        for (std::size_t next = 0; next < m_grids.size();) {
            Replay replay(m_program);
            std::vector<Variant> variants;
            for (; next < m_grids.size() && replay.bytes() < recordedBytes; ++next) {
                const auto settings = presentSettings(m_grids[next]);
                variants.push_back({m_clear.with(settings), firstStep(settings)});
                replay.addStep(variants.back().step);
            }
            const std::vector<double> found =
                measure(m_clear, variants, std::min(probes, m_context.training.size()), replay);
            decibels.insert(decibels.end(), found.begin() + 1, found.end());
        }
        std::vector<std::size_t> order(m_grids.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return decibels[a] < decibels[b]; });
        return order;
    }

    /// What every range method would have chosen, by point.
    std::vector<std::map<std::string, Range>> rangesOfMethods() const
    {
        std::vector<std::map<std::string, Range>> ranges;
        for (const Calibrator& method : calibrators()) {
            QuantPlan plan = m_context.plan;
            plan.method = MethodChoice::parse(method.id);
            plan.weights = QuantSpec::parse("float32");
            for (auto& [id, layer] : plan.layers) {
                layer.weights.reset();
                layer.method.reset();
            }
            ranges.push_back(
                resolve(plan, m_state.graph, *m_state.statistics, m_context.rules, nullptr, nullptr, m_quiet)
                    .encodings.ranges);
        }
        return ranges;
    }

    static std::vector<Range> scaledRanges(const SearchedGrid& grid, const std::vector<float>& factors)
    {
        const float low = grid.encoding->lowestReal(), high = grid.encoding->highestReal();
        std::vector<Range> ranges;
        for (const float factor : factors) {
            ranges.push_back({low * factor, high * factor});
            if (grid.spec.symmetric || low >= 0 || high <= 0)
                continue;
            ranges.push_back({low * factor, high});
            ranges.push_back({low, high * factor});
        }
        return ranges;
    }

    static std::vector<Range> wideRanges(const SearchedGrid& grid,
                                         const std::vector<std::map<std::string, Range>>& methods)
    {
        std::vector<Range> ranges = scaledRanges(grid, {0.6F, 0.8F, 1.25F});
        for (const auto& method : methods)
            if (const auto found = method.find(grid.points.front()); found != method.end())
                ranges.push_back(found->second);
        return ranges;
    }

    /// Keeps the range with which the outputs are closest to the float model's.
    void search(SearchedGrid& grid, const std::vector<Range>& ranges)
    {
        m_context.control.throwIfStopped();
        std::vector<GridChoice> choices;
        std::vector<Variant> variants;
        Replay replay(m_program);
        for (const Range& range : ranges) {
            auto choice = choiceOf(m_state, grid, range);
            const bool isKnown =
                choice && std::any_of(choices.begin(), choices.end(), [&](const GridChoice& known) {
                    return *known.encoding == *choice->encoding;
                });
            if (!choice || isKnown)
                continue;
            const auto settings = settingsOf(*m_program, grid, *choice);
            variants.push_back({m_binding.with(settings), firstStep(settings)});
            replay.addStep(variants.back().step);
            choices.push_back(std::move(*choice));
        }
        const std::vector<double> decibels = measure(m_binding, variants, m_context.training.size(), replay);
        const auto best =
            static_cast<std::size_t>(std::max_element(decibels.begin(), decibels.end()) - decibels.begin());
        if (best == 0)
            return;
        m_binding = variants[best - 1].binding;
        keepChoice(m_state, grid, choices[best - 1]);
        if (std::none_of(m_notes.begin(), m_notes.end(),
                         [&](const LayerNote& note) { return note.layer == grid.layer; }))
            m_notes.push_back({grid.layer, 0, 0, {}});
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    Control m_quiet; ///< inner progress would jump back and forth; ranges are what counts
    int m_workers;
    OutputError m_error;
    std::vector<SearchedGrid> m_grids;
    std::shared_ptr<const Program> m_program; ///< float, with all points as slots
    Binding m_clear, m_binding;               ///< all slots clear; as the state is now
    std::vector<LayerNote> m_notes;
};

std::vector<LayerNote> runRanges(QuantState& state, const AlgorithmContext& context)
{
    return RangeSearch(state, context).run();
}

} // namespace

void register_ranges(Table<Algorithm>& table)
{
    table.add(
        {.id = "ranges",
         .label = "Ranges by output error",
         .summary =
             "Chooses ranges of activations, one grid after the other, by the error of the model's outputs "
             "(Nahshan et al., \"Loss Aware Post-training Quantization\", 2019, by coordinate descent).",
         .options = rangesOptions(),
         .run = runRanges});
}

} // namespace lathe
