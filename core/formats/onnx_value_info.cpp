// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/onnx_value_info.h"

#include <algorithm>

#include "core/formats/onnx_schema.h"

namespace lathe::onnx {
namespace {

using Message = std::span<const std::byte>;

/// One TensorShapeProto.Dimension: size or -1, and symbol.
std::pair<std::int64_t, std::string> readDim(Message message, const std::string& where) {
    std::pair<std::int64_t, std::string> result{Shape::unknown, {}};
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        if (field.number == dim::value) result.first = field.int64();
        if (field.number == dim::symbol) result.second = field.text();
    }
    // Some exporters write -1 for a dimension that they do not know.
    if (result.first < Shape::unknown)
        throw Error(ErrorCode::modelInvalid, where, {{"reason", "it has the negative dimension " + std::to_string(result.first)}});
    return result;
}

void readShape(Message message, Value& value) {
    std::vector<std::int64_t> dims;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        if (field.number != shape::dim) continue;
        auto [size, symbol] = readDim(field.message(), value.name);
        dims.push_back(size);
        value.dimNames.push_back(size == Shape::unknown ? std::move(symbol) : std::string());
    }
    if (std::all_of(value.dimNames.begin(), value.dimNames.end(), [](const auto& name) { return name.empty(); }))
        value.dimNames.clear();
    value.shape = Shape(std::move(dims));
}

void readTensorType(Message message, Value& value) {
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        if (field.number == tensorType::element) value.dtype = dtypeOf(static_cast<std::int32_t>(field.int64()));
        if (field.number == tensorType::shape) readShape(field.message(), value);
    }
}

void readType(Message message, Value& value) {
    WireReader reader(message);
    for (WireField field; reader.next(field);)
        if (field.number == type::tensor) readTensorType(field.message(), value);
}

WireWriter writeShape(const Value& value) {
    WireWriter result;
    for (int axis = 0; axis < value.shape->rank(); ++axis) {
        const auto at = static_cast<std::size_t>(axis);
        WireWriter one;
        if ((*value.shape)[axis] != Shape::unknown) one.int64(dim::value, (*value.shape)[axis]);
        else if (at < value.dimNames.size() && !value.dimNames[at].empty()) one.text(dim::symbol, value.dimNames[at]);
        result.message(shape::dim, one);
    }
    return result;
}

}  // namespace

Value readValueInfoProto(Message message) {
    Value result;
    Message typeMessage;
    WireReader reader(message);
    for (WireField field; reader.next(field);) {
        if (field.number == valueInfo::name) result.name = field.text();
        if (field.number == valueInfo::type) typeMessage = field.message();
    }
    readType(typeMessage, result);
    // A shape of elements that are not known has no form in a file that other readers take.
    if (result.dtype == DType::undefined) {
        result.shape.reset();
        result.dimNames.clear();
    }
    return result;
}

WireWriter writeValueInfoProto(const Value& value) {
    WireWriter result;
    result.text(valueInfo::name, value.name);
    if (value.dtype == DType::undefined) return result;
    WireWriter tensorMessage;
    tensorMessage.int64(tensorType::element, dataTypeOf(value.dtype));
    if (value.shape) tensorMessage.message(tensorType::shape, writeShape(value));
    WireWriter typeMessage;
    typeMessage.message(type::tensor, tensorMessage);
    result.message(valueInfo::type, typeMessage);
    return result;
}

}  // namespace lathe::onnx
