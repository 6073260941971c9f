// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/graph/graph.h"
#include "core/graph/graph_text.h"

namespace lathe {
namespace {

constexpr int maxDepth = 16;

/// A uniform number in [0, 1) for element `index` of the constant `name`: the same on every run.
double seededUniform(std::string_view name, std::int64_t index) {
    std::uint64_t hash = 1469598103934665603u;
    for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash += 0x9e3779b97f4a7c15u * (static_cast<std::uint64_t>(index) + 1);
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
    return static_cast<double>((hash ^ (hash >> 31)) >> 11) * 0x1.0p-53;
}

Tensor seeded(std::string_view name, DType dtype, const Shape& shape, bool positive) {
    std::vector<double> values(static_cast<std::size_t>(shape.elements()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double u = seededUniform(name, static_cast<std::int64_t>(i));
        if (isFloat(dtype) || isFloat8(dtype)) values[i] = positive ? 0.5 + u : 2 * u - 1;
        else if (dtype == DType::boolean) values[i] = u < 0.5 ? 0 : 1;
        else {
            const double span = std::ldexp(1.0, std::min(dtypeBits(dtype), 8));
            values[i] = std::floor(u * span) - (isSigned(dtype) ? span / 2 : 0);
            if (positive) values[i] = std::fabs(values[i]) + 1;
        }
    }
    return Tensor::of<double>(shape, values).converted(dtype);
}

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    Graph run() {
        Graph graph = statements(0);
        if (m_at < m_text.size()) fail("unexpected \"" + std::string(1, m_text[m_at]) + "\"");
        if (!graph.opsets.contains("")) graph.opsets[""] = 13;
        graph.sort();
        graph.validate();
        return graph;
    }

private:
    struct Type {
        DType dtype = DType::undefined;
        std::optional<Shape> shape;
        std::vector<std::string> dimNames;
    };
    struct Word {
        std::string text;
        bool quoted = false;
    };

    [[noreturn]] void fail(std::string reason) const {
        const auto line = 1 + std::count(m_text.begin(), m_text.begin() + static_cast<std::ptrdiff_t>(m_at), '\n');
        throw Error(ErrorCode::modelInvalid, "line " + std::to_string(line), {{"reason", std::move(reason)}});
    }

    // Characters and words.

    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    bool startsWith(std::string_view what) const { return m_text.substr(m_at).starts_with(what); }

    void skipSpaces(bool newlines) {
        while (m_at < m_text.size()) {
            const char c = m_text[m_at];
            if (c == '#') m_at = std::min(m_text.find('\n', m_at), m_text.size());
            else if (c == ' ' || c == '\t' || c == '\r' || (newlines && (c == '\n' || c == ';'))) ++m_at;
            else break;
        }
    }

    bool accept(std::string_view what) {
        skipSpaces(m_nesting > 0);
        if (!startsWith(what)) return false;
        m_at += what.size();
        return true;
    }

    void expect(std::string_view what) {
        if (!accept(what)) fail("expected \"" + std::string(what) + "\"");
    }

    bool atWord() {
        skipSpaces(m_nesting > 0);
        return peek() == '"' || isNameCharacter(peek());
    }

    Word word() {
        if (!atWord()) fail("expected a name or a number");
        if (peek() == '"') return Word{quotedText(), true};
        const std::size_t start = m_at;
        while (isNameCharacter(peek()) || (peek() == '+' && m_at > start && m_text[m_at - 1] == 'e')) ++m_at;
        return Word{std::string(m_text.substr(start, m_at - start)), false};
    }

    std::string quotedText() {
        std::string result;
        for (++m_at; peek() != '"'; ++m_at) {
            if (m_at >= m_text.size()) fail("a text has no end");
            if (peek() == '\\') result += m_text[++m_at] == 'n' ? '\n' : peek();
            else result += peek();
        }
        ++m_at;
        return result;
    }

    /// `one()` for each of a comma-separated list up to `close`, over line ends.
    template <typename One>
    void list(std::string_view close, One&& one) {
        ++m_nesting;
        while (!accept(close)) {
            one();
            if (!accept(",") && !startsWith(close)) fail("expected \",\" or \"" + std::string(close) + "\"");
        }
        --m_nesting;
    }

    // Types and tensors.

    Type type() {
        Type result;
        result.dtype = dtype(word().text);
        if (!accept("[")) return result;
        std::vector<std::int64_t> dims;
        while (!accept("]")) {
            if (accept("scalar")) continue;
            std::string symbol;
            if (accept("<")) {
                const std::size_t end = m_text.find('>', m_at);
                if (end == std::string_view::npos) fail("expected \">\"");
                symbol = m_text.substr(m_at, end - m_at);
                m_at = end + 1;
                dims.push_back(Shape::unknown);
            } else if (accept("?")) {
                dims.push_back(Shape::unknown);
            } else {
                const std::size_t start = m_at;
                while (peek() >= '0' && peek() <= '9') ++m_at;
                if (m_at == start) fail("expected a dimension");
                dims.push_back(parseInteger(m_text.substr(start, m_at - start), "dimension"));
            }
            result.dimNames.push_back(symbol);
            accept("x");
        }
        result.shape = Shape(dims);
        if (std::all_of(result.dimNames.begin(), result.dimNames.end(), [](const auto& s) { return s.empty(); }))
            result.dimNames.clear();
        return result;
    }

    DType dtype(const std::string& name) const {
        try {
            return parseDType(name);
        } catch (const Error&) {
            fail("there is no element type \"" + name + "\"");
        }
    }

    static bool looksReal(const std::string& number) { return number.find_first_of(".en") != std::string::npos; }

    double real(const std::string& number) const {
        if (number == "nan") return std::nan("");
        if (number == "inf" || number == "-inf") return number == "inf" ? HUGE_VAL : -HUGE_VAL;
        return parseReal(number, "number");
    }

    Tensor tensorOf(const Type& type, const std::vector<std::string>& items) const {
        if (type.dtype == DType::string) return Tensor::strings(*type.shape, items);
        if (isFloat(type.dtype) || isFloat8(type.dtype)) {
            std::vector<double> values;
            for (const std::string& item : items) values.push_back(real(item));
            return Tensor::of<double>(*type.shape, values).converted(type.dtype);
        }
        std::vector<std::int64_t> values;
        for (const std::string& item : items) values.push_back(parseInteger(item, "number"));
        return Tensor::of<std::int64_t>(*type.shape, values).converted(type.dtype);
    }

    bool atTensor() {
        skipSpaces(true);
        return startsWith("[") || startsWith("...") || startsWith("+...");
    }

    /// The values behind "type =": a list, seeded values, or one number that fills.
    Tensor tensor(const Type& type, std::string_view name) {
        if (!type.shape || !type.shape->isStatic()) fail("a constant needs a static shape");
        if (accept("+...")) return seeded(name, type.dtype, *type.shape, true);
        if (accept("...")) return seeded(name, type.dtype, *type.shape, false);
        std::vector<std::string> items;
        if (accept("[")) list("]", [&] { items.push_back(word().text); });
        else items.assign(static_cast<std::size_t>(type.shape->elements()), word().text);
        return tensorOf(type, items);
    }

    // Attributes.

    Attribute attribute(std::string_view key) {
        if (accept("[")) return listAttribute();
        const Word first = word();
        if (first.quoted) return first.text;
        if (first.text == "floats" && accept("[")) return accept("]"), std::vector<float>{};
        if (first.text == "strings" && accept("[")) return accept("]"), std::vector<std::string>{};
        if (first.text == "graph" && accept("{")) return body();
        if (startsWith("[")) {
            m_at -= first.text.size();
            const Type tensorType = type();
            expect("=");
            return tensor(tensorType, key);
        }
        if (looksReal(first.text)) return static_cast<float>(real(first.text));
        return parseInteger(first.text, key);
    }

    Attribute listAttribute() {
        std::vector<Word> items;
        list("]", [&] { items.push_back(word()); });
        if (!items.empty() && items.front().quoted) {
            std::vector<std::string> texts;
            for (const Word& item : items) texts.push_back(item.text);
            return texts;
        }
        if (std::any_of(items.begin(), items.end(), [](const Word& item) { return looksReal(item.text); })) {
            std::vector<float> reals;
            for (const Word& item : items) reals.push_back(static_cast<float>(real(item.text)));
            return reals;
        }
        std::vector<std::int64_t> integers;
        for (const Word& item : items) integers.push_back(parseInteger(item.text, "number"));
        return integers;
    }

    Attribute body() {
        const int nesting = std::exchange(m_nesting, 0);
        if (++m_depth > maxDepth) fail("bodies are nested too deeply");
        auto result = std::make_shared<Graph>(statements('}'));
        expect("}");
        result->sort();
        --m_depth;
        m_nesting = nesting;
        return GraphPtr(std::move(result));
    }

    // Statements.

    Graph statements(char end) {
        Graph graph;
        for (skipSpaces(true); m_at < m_text.size() && (!end || peek() != end); skipSpaces(true)) {
            statement(graph);
            skipSpaces(false);
            if (m_at < m_text.size() && peek() != '\n' && peek() != ';' && (!end || peek() != end))
                fail("unexpected \"" + std::string(1, peek()) + "\"");
        }
        return graph;
    }

    void statement(Graph& graph) {
        const Word first = word();
        if (!first.quoted && atWord() && directive(graph, first.text)) return;
        std::vector<ValueId> targets{target(graph, first)};
        while (accept(",")) targets.push_back(target(graph, word()));
        Type known;
        if (accept(":")) known = typed(graph, targets.back());
        expect("=");
        if (!atTensor()) {
            const Word op = word();
            if (startsWith("(") || startsWith("::")) return node(graph, op.text, std::move(targets));
            m_at -= op.text.size();
        }
        Value& value = graph.value(targets.front());
        if (value.isConstant() || graph.producer(targets.front()).valid()) fail(value.name + " is defined twice");
        value.constant = tensor(known, value.name);
    }

    bool directive(Graph& graph, const std::string& keyword) {
        if (keyword == "graph") graph.name = word().text;
        else if (keyword == "metadata") {
            const std::string key = word().text;
            graph.metadata[key] = word().text;
        } else if (keyword == "opset") {
            std::string domain;
            std::string version = word().text;
            if (atWord()) domain = std::exchange(version, word().text);
            graph.opsets[domain] = static_cast<int>(parseInteger(version, "opset"));
        } else if (keyword == "input" || keyword == "output" || keyword == "capture") {
            auto& ids = keyword == "input" ? graph.inputs : keyword == "output" ? graph.outputs : graph.captures;
            do {
                ids.push_back(target(graph, word()));
                if (accept(":")) typed(graph, ids.back());
            } while (accept(","));
        } else {
            fail("\"" + keyword + "\" is not a statement");
        }
        return true;
    }

    ValueId target(Graph& graph, const Word& name) const {
        if (!name.quoted && name.text == "_") return {};
        if (const ValueId id = graph.find(name.text); id.valid()) return id;
        Value value;
        value.name = name.text;
        return graph.addValue(std::move(value));
    }

    Type typed(Graph& graph, ValueId id) {
        if (!id.valid()) fail("an omitted operand has no type");
        Type result = type();
        Value& value = graph.value(id);
        value.dtype = result.dtype;
        value.shape = result.shape;
        value.dimNames = result.dimNames;
        return result;
    }

    void node(Graph& graph, std::string op, std::vector<ValueId> outputs) {
        Node result;
        result.outputs = std::move(outputs);
        result.op = std::move(op);
        if (accept("::")) result.domain = std::exchange(result.op, word().text);
        expect("(");
        list(")", [&] { result.inputs.push_back(startsWith(",") ? ValueId{} : target(graph, word())); });
        if (accept("{"))
            list("}", [&] {
                const std::string key = word().text;
                expect("=");
                result.attributes[key] = attribute(key);
            });
        if (accept("@")) result.name = word().text;
        if (accept("!")) result.unsupported = word().text;
        graph.addNode(std::move(result));
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    int m_nesting = 0;  ///< inside brackets line ends are spaces
    int m_depth = 0;
};

}  // namespace

Graph parseGraph(std::string_view text) { return Parser(text).run(); }

}  // namespace lathe
