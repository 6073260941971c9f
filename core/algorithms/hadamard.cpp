// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include "core/algorithms/hadamard_transform.h"
#include "core/algorithms/linear_space.h"

namespace lathe {

namespace {

/// Rotates vectors along an axis of rows: [outer, block, inner], each of `inner` numbers a vector.
void rotate(const HadamardTransform& transform, std::span<double> values, std::int64_t inner)
{
    const std::int64_t block = transform.order();
    std::vector<double> vector(static_cast<std::size_t>(block));
    const auto total = static_cast<std::int64_t>(values.size());
    for (std::int64_t first = 0; first + block * inner <= total; first += block * inner)
        for (std::int64_t column = 0; column < inner; ++column) {
            for (std::int64_t k = 0; k < block; ++k)
                vector[static_cast<std::size_t>(k)] =
                    values[static_cast<std::size_t>(first + k * inner + column)];
            transform.apply(vector);
            for (std::int64_t k = 0; k < block; ++k)
                values[static_cast<std::size_t>(first + k * inner + column)] =
                    vector[static_cast<std::size_t>(k)];
        }
}

class Rotation
{
public:
    Rotation(QuantState& state, const AlgorithmContext& context)
        : m_state(state)
        , m_context(context)
        , m_layers(scalableLayers(state.graph))
    {
    }

    std::vector<LayerNote> run()
    {
        std::vector<LayerNote> notes;
        bool changed = false;
        for (const LinearSpace& space : linearSpaces(m_state.graph, m_layers)) {
            m_context.control.throwIfStopped();
            const std::int64_t order = hadamardOrder(space.block);
            std::string reason = space.refusal;
            if (reason.empty() && order < 2)
                reason = "no Hadamard matrix divides " + std::to_string(space.block) + " channels";
            if (reason.empty())
                turn(space, HadamardTransform(order));
            changed = changed || reason.empty();
            for (const std::size_t maker : space.makers)
                notes.push_back({m_layers[maker].layer.id, 0, 0, reason});
        }
        if (notes.empty())
            notes.push_back({"", 0, 0, "no layer's output is read without a clamp or function before"});
        if (changed) {
            storeLayers(m_state.graph, m_layers);
            resolveAnew(m_state, m_context);
        }
        return notes;
    }

private:
    void turn(const LinearSpace& space, const HadamardTransform& transform)
    {
        for (const std::size_t maker : space.makers) {
            ScalableLayer& layer = m_layers[maker];
            rotate(transform, layer.rows, layer.geometry.depth);
            rotate(transform, layer.biases, 1);
            layer.changed = true;
            m_context.control.throwIfStopped();
        }
        for (const std::size_t reader : space.readers) {
            ScalableLayer& layer = m_layers[reader];
            rotate(transform, layer.rows, layer.taps());
            layer.changed = true;
            m_context.control.throwIfStopped();
        }
        for (const LinearSpace::Constant& constant : space.constants)
            turnConstant(constant, transform);
    }

    void turnConstant(const LinearSpace::Constant& constant, const HadamardTransform& transform)
    {
        const Tensor& held = m_state.graph.value(m_state.graph.find(constant.name)).constant;
        const std::vector<float> floats = held.toFloats();
        std::vector<double> values(floats.begin(), floats.end());
        rotate(transform, values, held.shape().elements(constant.axis + 1, held.shape().rank()));
        setConstant(m_state.graph, constant.name, values);
    }

    QuantState& m_state;
    const AlgorithmContext& m_context;
    std::vector<ScalableLayer> m_layers;
};

std::vector<LayerNote> runHadamard(QuantState& state, const AlgorithmContext& context)
{
    return Rotation(state, context).run();
}

} // namespace

void register_hadamard(Table<Algorithm>& table)
{
    table.add(
        {.id = "hadamard",
         .label = "Hadamard rotation",
         .summary =
             "Rotates vectors that layers make and layers read with nothing but linear maps between, so that "
             "no channel stands out (QuaRot: Ashkboos et al., \"QuaRot: Outlier-Free 4-Bit Inference in "
             "Rotated LLMs\", NeurIPS 2024; only rotations that fold into weights).",
         .options = {},
         .run = runHadamard,
         .judgedWithBias = true});
}

} // namespace lathe
