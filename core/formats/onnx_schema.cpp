// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/onnx_schema.h"

#include <array>

namespace lathe::onnx {
namespace {

struct Row {
    const char* name;
    DType type;
};

/// By TensorProto.DataType.
constexpr std::array<Row, 27> rows{{
    {"UNDEFINED", DType::undefined}, {"FLOAT", DType::float32},        {"UINT8", DType::uint8},
    {"INT8", DType::int8},           {"UINT16", DType::uint16},        {"INT16", DType::int16},
    {"INT32", DType::int32},         {"INT64", DType::int64},          {"STRING", DType::string},
    {"BOOL", DType::boolean},        {"FLOAT16", DType::float16},      {"DOUBLE", DType::float64},
    {"UINT32", DType::uint32},       {"UINT64", DType::uint64},        {"COMPLEX64", DType::undefined},
    {"COMPLEX128", DType::undefined}, {"BFLOAT16", DType::bfloat16},   {"FLOAT8E4M3FN", DType::float8e4m3fn},
    {"FLOAT8E4M3FNUZ", DType::float8e4m3fnuz}, {"FLOAT8E5M2", DType::float8e5m2}, {"FLOAT8E5M2FNUZ", DType::float8e5m2fnuz},
    {"UINT4", DType::uint4},         {"INT4", DType::int4},            {"FLOAT4E2M1", DType::undefined},
    {"FLOAT8E8M0", DType::undefined}, {"UINT2", DType::uint2},         {"INT2", DType::int2},
}};

}  // namespace

DType dtypeOf(std::int64_t dataType) {
    return dataType > 0 && dataType < static_cast<std::int64_t>(rows.size()) ? rows[static_cast<std::size_t>(dataType)].type
                                                                            : DType::undefined;
}

std::int64_t dataTypeOf(DType type) {
    if (type == DType::undefined) return 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].type == type) return static_cast<std::int64_t>(i);
    return 0;
}

std::string dataTypeName(std::int64_t dataType) {
    return dataType >= 0 && dataType < static_cast<std::int64_t>(rows.size()) ? rows[static_cast<std::size_t>(dataType)].name
                                                                             : "number " + std::to_string(dataType);
}

}  // namespace lathe::onnx
