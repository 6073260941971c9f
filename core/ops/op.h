// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/control.h"
#include "core/base/table.h"
#include "core/graph/graph.h"

namespace lathe {

/// What is known of a value while shapes are inferred.
struct ValueInfo {
    DType dtype = DType::undefined;
    std::optional<Shape> shape;  ///< nothing: not even the rank
    Tensor constant;             ///< not empty when the content is known (shape arithmetic)

    bool present() const { return dtype != DType::undefined || shape || !constant.empty(); }
    bool isStatic() const { return shape && shape->isStatic(); }
};

/// Throws Error{operatorInput} naming node and operator.
[[noreturn]] void failOperator(const Node& node, std::string_view reason);

/// Inputs of shape inference: the node, what is known of its operands (absent ones are not present()), the opset.
struct InferContext {
    const Node& node;
    std::span<const ValueInfo> inputs;
    int opset;

    const ValueInfo& input(std::size_t index) const;  ///< a not-present info beyond the end
    /// The constant integers of an operand (axes, shape), or nothing when not known or absent.
    std::optional<std::vector<std::int64_t>> integers(std::size_t index) const;
    /// Throws Error{operatorInput} naming node and operator.
    [[noreturn]] void fail(std::string_view reason) const;
};

/// Runs the bodies of If, Loop and Scan for Op::run; knows the outer values that they capture.
class BodyRunner {
public:
    virtual ~BodyRunner() = default;
    /// The body's outputs, in order, for these values of its inputs.
    virtual std::vector<Tensor> run(const Graph& body, std::span<const Tensor> inputs) const = 0;
};

/// Inputs of the reference implementation: concrete tensors (empty() where omitted).
struct RunContext {
    const Node& node;
    std::span<const Tensor> inputs;
    int opset;
    const Control& control;
    const BodyRunner* bodies = nullptr;  ///< null where bodies cannot run

    const Tensor& input(std::size_t index) const;  ///< an empty tensor beyond the end
    [[noreturn]] void fail(std::string_view reason) const;
};

/// How far an implementation may differ from the exact result; tolerances of every comparison come from here.
enum class Exactness : std::uint8_t {
    exact,       ///< moves or selects values, integer arithmetic: bit for bit
    rounded,     ///< one correctly rounded operation per element: 1 ulp
    accumulated, ///< a sum of K products: error bound K * 2^-24 * sum|a*b|
    approximate, ///< exp, tanh and the like: 4 ulp of the function
};

/// What an operator means for layers and quantization.
struct OpTraits {
    enum class Kind : std::uint8_t {
        weighted,    ///< Conv, Gemm, MatMul ...: a layer when its weight operand is constant
        computing,   ///< Add, Sigmoid, pooling average ...: a layer without weights
        clamp,       ///< Relu, Clip: folds into the layer before it
        moving,      ///< Reshape, Transpose, Slice, Concat, MaxPool: values pass unchanged; no layer
        structural,  ///< Shape, Constant, Cast ...: no layer
    };
    Kind kind = Kind::computing;
    int weightOperand = -1;  ///< index of the weight operand of weighted operators
    int biasOperand = -1;
    int weightChannelAxis = 0;  ///< output-channel axis of the weight
};

/// A node written out in simpler operators.
struct Expansion {
    GraphPtr graph;                    ///< reads in0, in1 ... (operands that are there); null: not written out
    std::vector<std::string> outputs;  ///< names of the node's outputs in `graph`, "" for one that is not made
    std::string reason;                ///< why not; empty when only not enough is known of the operands yet
};

/// One operator: everything the engine knows of it. One .cpp in core/ops a family; registered in ops.def.
struct Op {
    std::string id;      ///< "Conv"; "com.microsoft::Gelu" outside ai.onnx
    OpTraits traits{};
    Exactness exactness = Exactness::rounded;
    int sinceOpset = 1;
    /// Types and shapes of all outputs (and constants where cheap and known). Throws Error{operatorInput}.
    std::vector<ValueInfo> (*infer)(const InferContext&) = nullptr;
    /// The plain reference: obvious loops, double accumulation where sums are formed. Throws Error{operatorInput}.
    std::vector<Tensor> (*run)(const RunContext&) = nullptr;
    /// What is known of a body's inputs. `body` is null at first, then the body inferred with the last answer: what the
    /// body changes from one iteration to the next is not known. Null = bodies without inputs.
    std::vector<ValueInfo> (*bodyInputs)(const InferContext&, const Graph* body) = nullptr;
    /// Multiply-accumulates of one evaluation with static shapes; null = 0.
    std::int64_t (*macs)(const InferContext&, std::span<const ValueInfo> outputs) = nullptr;
    /// Rewrites a node of an older opset into the form of opset 13 or later (the graph's new opset); null = unchanged.
    /// May add constants and nodes through the graph. Called in topological order, shapes inferred as far as known.
    void (*upgrade)(Graph& graph, NodeId node, int fromOpset) = nullptr;
    /// For operators that are a name for several others (see composite.h): the others. The pass expand_composites puts
    /// them in the node's place; until then infer and run work through them too.
    Expansion (*expand)(const InferContext&) = nullptr;
    /// Why this node's attributes/types cannot be run ("" = can run); for marking at import.
    std::string (*refuse)(const Node&) = nullptr;
};

/// All registered operators.
const Table<Op>& ops();
/// The operator of a node, or null when unknown.
const Op* findOp(const Node& node);
/// What this node means: its operator's kind, except where an attribute decides (a nearest Resize only moves values).
/// Unknown operators count as computing.
OpTraits::Kind kindOf(const Node& node);
/// Table id of a node: "Conv", "com.microsoft::Gelu".
std::string opId(const Node& node);

}  // namespace lathe
