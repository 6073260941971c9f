// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Builds ONNX files for tests with ONNX's own protobuf classes, which the product does not use: an independent encoder.

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/fs.h"

namespace lathe::test {

inline Bytes bytesOf(const std::string& text) {
    const auto view = asBytes(text);
    return {view.begin(), view.end()};
}

inline Bytes serialized(const ::onnx::ModelProto& model) { return bytesOf(model.SerializeAsString()); }

inline ::onnx::ModelProto emptyModel(int opset = 13, int irVersion = 8) {
    ::onnx::ModelProto model;
    model.set_ir_version(irVersion);
    model.set_producer_name("test");
    model.mutable_graph()->set_name("g");
    model.add_opset_import()->set_version(opset);
    return model;
}

/// A dimension of -1 stays unknown.
inline void setType(::onnx::ValueInfoProto* info, const std::string& name, int dataType, const std::vector<int64_t>& dims) {
    info->set_name(name);
    auto* tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(dataType);
    auto* shape = tensor->mutable_shape();
    for (int64_t dim : dims) {
        auto* one = shape->add_dim();
        if (dim >= 0) one->set_dim_value(dim);
    }
}

inline void addInput(::onnx::GraphProto* graph, const std::string& name, const std::vector<int64_t>& dims, int dataType = 1) {
    setType(graph->add_input(), name, dataType, dims);
}

inline void addOutput(::onnx::GraphProto* graph, const std::string& name) { graph->add_output()->set_name(name); }

inline ::onnx::NodeProto* addNode(::onnx::GraphProto* graph, const std::string& op, const std::vector<std::string>& inputs,
                                  const std::vector<std::string>& outputs) {
    auto* node = graph->add_node();
    node->set_op_type(op);
    for (const auto& name : inputs) node->add_input(name);
    for (const auto& name : outputs) node->add_output(name);
    return node;
}

inline ::onnx::TensorProto floatTensor(const std::string& name, const std::vector<int64_t>& dims, const std::vector<float>& values) {
    ::onnx::TensorProto tensor;
    tensor.set_name(name);
    tensor.set_data_type(1);
    for (int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    return tensor;
}

inline ::onnx::AttributeProto* addAttribute(::onnx::NodeProto* node, const std::string& name, int type) {
    auto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(static_cast<::onnx::AttributeProto_AttributeType>(type));
    return attribute;
}

/// Makes the tensor refer to external data; `offset` and `length` are left out when empty.
inline void setExternal(::onnx::TensorProto* tensor, const std::string& location, const std::string& offset = {},
                        const std::string& length = {}) {
    tensor->clear_raw_data();
    tensor->set_data_location(::onnx::TensorProto_DataLocation_EXTERNAL);
    const auto add = [&](const char* key, const std::string& value) {
        auto* entry = tensor->add_external_data();
        entry->set_key(key);
        entry->set_value(value);
    };
    add("location", location);
    if (!offset.empty()) add("offset", offset);
    if (!length.empty()) add("length", length);
}

/// x -> Add(x, w) -> y, with w an initializer of four floats.
inline ::onnx::ModelProto addModel(int opset = 13) {
    auto model = emptyModel(opset);
    addInput(model.mutable_graph(), "x", {1, 4});
    *model.mutable_graph()->add_initializer() = floatTensor("w", {4}, {1, 2, 3, 4});
    addNode(model.mutable_graph(), "Add", {"x", "w"}, {"y"});
    addOutput(model.mutable_graph(), "y");
    return model;
}

}  // namespace lathe::test
