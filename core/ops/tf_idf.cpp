// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "core/ops/infer_helpers.h"
#include "core/ops/operands.h"

namespace lathe {

namespace {

/// The attributes of TfIdfVectorizer: a pool of n-grams, those of one token first, and an output position for each.
struct Grams {
    std::vector<std::int64_t> starts;   ///< where the n-grams of 1, 2 ... tokens begin in the pool
    std::vector<std::int64_t> outputs;  ///< output position of every n-gram of the pool
    std::vector<float> weights;         ///< of every n-gram; empty: 1
    std::int64_t shortest, longest, skips, width;
    bool weighs, counts;
};

Grams gramsOf(const Node& node, std::size_t poolSize)
{
    const std::string mode = node.text("mode", "");
    Grams grams{node.integers("ngram_counts"),
                node.integers("ngram_indexes"),
                node.reals("weights"),
                boundedInteger(node, "min_gram_length", 0, 1, 64),
                boundedInteger(node, "max_gram_length", 0, 1, 64),
                boundedInteger(node, "max_skip_count", 0, 0, maxDimension),
                0,
                mode != "TF",
                mode != "IDF"};
    std::int64_t count = 0;
    for (std::size_t i = 0; i < grams.starts.size(); ++i) {
        const std::int64_t end = i + 1 < grams.starts.size() ? grams.starts[i + 1] : static_cast<std::int64_t>(poolSize);
        const auto length = static_cast<std::int64_t>(i) + 1;
        if (grams.starts[i] < 0 || end < grams.starts[i] || end > static_cast<std::int64_t>(poolSize) ||
            (end - grams.starts[i]) % length != 0)
            failOperator(node, "ngram_counts does not fit the pool");
        count += (end - grams.starts[i]) / length;
    }
    if (static_cast<std::int64_t>(grams.outputs.size()) != count || grams.longest < grams.shortest ||
        grams.longest > static_cast<std::int64_t>(grams.starts.size()) ||
        (!grams.weights.empty() && grams.weights.size() != grams.outputs.size()))
        failOperator(node, "its n-grams, their lengths, weights and indices do not fit each other");
    for (const std::int64_t output : grams.outputs) {
        if (output < 0 || output >= maxDimension)
            failOperator(node, "an index of ngram_indexes is out of range");
        grams.width = std::max(grams.width, output + 1);
    }
    return grams;
}

std::vector<std::string> poolStrings(const Node& node)
{
    const auto found = node.attributes.find("pool_strings");
    const auto* strings = found == node.attributes.end() ? nullptr : std::get_if<std::vector<std::string>>(&found->second);
    return strings ? *strings : std::vector<std::string>{};
}

/// [width] for a line of tokens, [batch, width] for a batch of them.
Shape countsShape(const Node& node, const Shape& tokens, std::int64_t width)
{
    if (tokens.rank() != 1 && tokens.rank() != 2)
        failOperator(node, "the input " + tokens.text() + " is not a list of tokens");
    return tokens.rank() == 1 ? Shape{width} : Shape{tokens[0], width};
}

std::vector<ValueInfo> inferTfIdf(const InferContext& context)
{
    const bool byNumber = context.node.has("pool_int64s");
    const Grams grams = gramsOf(context.node, byNumber ? context.node.integers("pool_int64s").size()
                                                       : poolStrings(context.node).size());
    const auto& shape = context.input(0).shape;
    return {{DType::float32,
             shape ? std::optional<Shape>(countsShape(context.node, *shape, grams.width)) : std::nullopt,
             {}}};
}

/// Finds the n-grams of a pool in lines of tokens.
template <typename Token> class GramCounter {
public:
    GramCounter(const Grams& grams, const std::vector<Token>& pool) : m_grams(grams)
    {
        std::size_t gram = 0;
        for (std::size_t length = 1; length <= grams.starts.size(); ++length) {
            const auto end = static_cast<std::size_t>(
                length < grams.starts.size() ? grams.starts[length] : static_cast<std::int64_t>(pool.size()));
            for (auto at = static_cast<std::size_t>(grams.starts[length - 1]); at < end; at += length, ++gram)
                m_places.try_emplace(std::vector<Token>(pool.begin() + static_cast<std::ptrdiff_t>(at),
                                                        pool.begin() + static_cast<std::ptrdiff_t>(at + length)),
                                     gram);
        }
    }

    /// Adds the n-grams of one line to `counts`, each with up to the stated number of tokens left out between its own.
    void count(std::span<const Token> line, std::span<float> counts) const
    {
        const auto size = static_cast<std::int64_t>(line.size());
        for (std::int64_t length = m_grams.shortest; length <= m_grams.longest; ++length)
            for (std::int64_t skip = 0; skip <= (length == 1 ? 0 : m_grams.skips); ++skip) {
                const std::int64_t reach = (length - 1) * (skip + 1);
                if (reach >= size)
                    break;
                for (std::int64_t start = 0; start + reach < size; ++start)
                    add(line, start, length, skip + 1, counts);
            }
    }

private:
    void add(std::span<const Token> line, std::int64_t start, std::int64_t length, std::int64_t step,
             std::span<float> counts) const
    {
        std::vector<Token> gram;
        for (std::int64_t i = 0; i < length; ++i)
            gram.push_back(line[static_cast<std::size_t>(start + i * step)]);
        const auto found = m_places.find(gram);
        if (found == m_places.end())
            return;
        const float weight = m_grams.weighs && !m_grams.weights.empty() ? m_grams.weights[found->second] : 1.0f;
        float& count = counts[static_cast<std::size_t>(m_grams.outputs[found->second])];
        count = m_grams.counts ? count + weight : weight;
    }

    const Grams& m_grams;
    std::map<std::vector<Token>, std::size_t> m_places;  ///< n-gram to its number
};

template <typename Token>
Tensor countGrams(const RunContext& context, std::span<const Token> tokens, const std::vector<Token>& pool)
{
    const Grams grams = gramsOf(context.node, pool.size());
    const Shape& shape = context.input(0).shape();
    Tensor output(DType::float32, countsShape(context.node, shape, grams.width));
    const auto length = static_cast<std::size_t>(shape[shape.rank() - 1]), width = static_cast<std::size_t>(grams.width);
    const GramCounter<Token> counter(grams, pool);
    for (std::size_t line = 0; width > 0 && line < static_cast<std::size_t>(output.elements()) / width; ++line) {
        context.control.throwIfStopped();
        counter.count(tokens.subspan(line * length, length), output.mutableData<float>().subspan(line * width, width));
    }
    return output;
}

std::vector<Tensor> runTfIdf(const RunContext& context)
{
    const Tensor& input = givenOperand(context, 0);
    if (input.dtype() == DType::string)
        return {countGrams<std::string>(context, input.stringData(), poolStrings(context.node))};
    const std::vector<std::int64_t> tokens = integersOperand(context, 0);
    return {countGrams<std::int64_t>(context, tokens, context.node.integers("pool_int64s"))};
}

std::string refuseTfIdf(const Node& node)
{
    const std::string mode = node.text("mode", "");
    return mode == "TF" || mode == "IDF" || mode == "TFIDF" ? "" : "the mode \"" + mode + "\" is not known";
}

}

void register_tf_idf(Table<Op>& table)
{
    table.add({.id = "TfIdfVectorizer",
               .traits = {.kind = OpTraits::Kind::structural},
               .exactness = Exactness::exact,
               .sinceOpset = 9,
               .infer = inferTfIdf,
               .run = runTfIdf,
               .refuse = refuseTfIdf});
}

}
