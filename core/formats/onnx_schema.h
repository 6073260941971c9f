// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "core/tensor/dtype.h"

/// Field numbers of onnx.proto3 (onnx 1.20, IR version 13); numbers that older versions lack are simply absent there.
namespace lathe::onnx {

namespace model {
enum : std::uint32_t { irVersion = 1, producerName = 2, producerVersion = 3, domain = 4, modelVersion = 5, doc = 6,
                       graph = 7, opsetImport = 8, metadata = 14, training = 20, functions = 25 };
}
namespace graph {
enum : std::uint32_t { node = 1, name = 2, initializer = 5, doc = 10, input = 11, output = 12, valueInfo = 13,
                       annotation = 14, sparseInitializer = 15, metadata = 16 };
}
namespace node {
enum : std::uint32_t { input = 1, output = 2, name = 3, op = 4, attribute = 5, doc = 6, domain = 7, overload = 8,
                       metadata = 9 };
}
namespace attribute {
enum : std::uint32_t { name = 1, real = 2, integer = 3, text = 4, tensor = 5, graph = 6, reals = 7, integers = 8,
                       texts = 9, tensors = 10, graphs = 11, doc = 13, typeProto = 14, typeProtos = 15, type = 20,
                       reference = 21, sparseTensor = 22, sparseTensors = 23 };
/// AttributeProto.AttributeType
enum Type : std::int64_t { undefinedType = 0, realType = 1, integerType = 2, textType = 3, tensorType = 4, graphType = 5,
                           realsType = 6, integersType = 7, textsType = 8, sparseTensorType = 11 };
}
namespace tensor {
enum : std::uint32_t { dims = 1, dataType = 2, segment = 3, floats = 4, int32s = 5, strings = 6, int64s = 7, name = 8,
                       raw = 9, doubles = 10, uint64s = 11, doc = 12, externalData = 13, dataLocation = 14,
                       metadata = 16 };
}
namespace sparse {
enum : std::uint32_t { values = 1, indices = 2, dims = 3 };
}
namespace entry {
enum : std::uint32_t { key = 1, value = 2 };
}
namespace valueInfo {
enum : std::uint32_t { name = 1, type = 2, doc = 3, metadata = 4 };
}
namespace type {
enum : std::uint32_t { tensor = 1, sequence = 4, map = 5, denotation = 6, opaque = 7, sparse = 8, optional = 9 };
}
namespace tensorType {
enum : std::uint32_t { element = 1, shape = 2 };
}
namespace shape {
enum : std::uint32_t { dim = 1 };
}
namespace dim {
enum : std::uint32_t { value = 1, symbol = 2, denotation = 3 };
}
namespace opset {
enum : std::uint32_t { domain = 1, version = 2 };
}
namespace function {
enum : std::uint32_t { name = 1, input = 4, output = 5, attribute = 6, node = 7, doc = 8, opsetImport = 9, domain = 10,
                       attributeDefault = 11, valueInfo = 12, overload = 13, metadata = 14 };
}
namespace training {
enum : std::uint32_t { initialization = 1, algorithm = 2, initializationBinding = 3, updateBinding = 4 };
}

/// TensorProto.DataType to our element type; undefined for those that have none (float8, complex ...).
DType dtypeOf(std::int64_t dataType);
/// The other way; 0 for undefined.
std::int64_t dataTypeOf(DType type);
/// "FLOAT8E4M3FN", or the number for unknown ones: for messages.
std::string dataTypeName(std::int64_t dataType);

}  // namespace lathe::onnx
